using Ms2m.Contracts;
using Ms2m.Engine.Hosting;

namespace Ms2m.Engine.Pods;

/// <summary>What pods may be at the broker. Whoever may create a pod writes its labels and annotations, so they say what it would
/// like to be; what goes beyond its own name, whoever runs the engine has to have granted.</summary>
/// <param name="Grants">By the workload's name: see <see cref="Parse"/>.</param>
public sealed record PodRights(IReadOnlyDictionary<string, PodRights.Grant> Grants)
{
    public const string Variable = "MS2M_POD_GRANTS";

    private const string Everybody = "*";

    /// <summary>Names and patterns of one workload.</summary>
    /// <param name="Namespace">The only one it may be in; null for any.</param>
    public sealed record Grant(string? Namespace, IReadOnlyList<string> Names);

    public static PodRights None { get; } = new(new Dictionary<string, Grant>());

    /// <summary><c>WORKLOAD=NAME,NAME…;NAMESPACE/WORKLOAD=…</c>: queues and exchanges beside a workload's own, with <c>*</c> for
    /// any characters, and the only namespace it may be in. The workload <c>*</c> is every other.</summary>
    /// <exception cref="EngineOptionsException">It cannot be read.</exception>
    public static PodRights Parse(string? text)
    {
        var grants = new Dictionary<string, Grant>(StringComparer.Ordinal);
        foreach (var part in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (whose, names) = part.Split('=', 2) is [var left, var right] ? (left.Trim(), right) : (part, "");
            var (space, workload) = whose.Split('/') switch
            {
                [var only] => (null, only),
                [var named, var name] => (named, name),
                _ => throw Unreadable(part),
            };
            if (!(workload == Everybody || Names.IsValid(workload)) || (space is not null && !Names.IsValid(space))
                || !grants.TryAdd(workload, new Grant(
                    space, names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))))
            {
                throw Unreadable(part);
            }
        }

        return new PodRights(grants);
    }

    /// <summary>Why a pod may not be this workload; null when it may.</summary>
    public string? Refusal(WorkloadSpec spec)
    {
        var grant = Grants.GetValueOrDefault(spec.Name) ?? Grants.GetValueOrDefault(Everybody);
        if (grant?.Namespace is { } space && space != spec.Pod?.Namespace)
        {
            return $"the workload {spec.Name} belongs to the namespace {space}";
        }

        string[] wanted = [.. spec.Queue is null ? Array.Empty<string>() : [spec.Queue], .. spec.Publishes ?? [], .. spec.Binds ?? []];
        return wanted.FirstOrDefault(name => !IsOwn(spec.Name, name) && grant?.Names.Any(granted => Covers(granted, name)) != true) is { } beyond
            ? $"its annotations name {beyond}, which is neither {spec.Name} nor begins with \"{spec.Name}.\", and {Variable} does not grant it"
            : null;
    }

    private static bool IsOwn(string workload, string name) =>
        name == workload || name.StartsWith(workload + ".", StringComparison.Ordinal);

    // A pattern is covered by itself and by a wider one.
    private static bool Covers(string granted, string name) =>
        granted == name || (granted.EndsWith('*') && name.StartsWith(granted[..^1], StringComparison.Ordinal));

    private static EngineOptionsException Unreadable(string part) => new(
        $"{Variable} cannot be read at \"{part}\": it is a list such as orders=incoming,audit.*;shop/ledger=books.");
}
