using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Whether a command says what its step must know, in a form that can be used. JSON leaves out what it likes,
/// and names become paths, container names and parts of addresses: here they are looked at once, before any step.</summary>
public static class CommandCheck
{
    /// <summary>No checkpoint is larger; sums of such sizes cannot overflow.</summary>
    private const long MaxBytes = 1L << 50;

    private const int MaxText = 4096;

    /// <summary>Why the command cannot be worked on, or null.</summary>
    public static Trouble? Refuse(IStepMessage command) => command switch
    {
        ReserveTarget c => Instance(c.InstanceId) ?? Spec(c.Spec) ?? Node(c.SourceNode) ?? Text("token", c.Token)
            ?? Size("expectedBytes", c.ExpectedBytes) ?? Size("maxBytes", c.MaxBytes),
        TakeCheckpoint c => Instance(c.InstanceId) ?? Node(c.TargetNode) ?? Text("token", c.Token)
            ?? Text("transferUrl", c.TransferUrl) ?? Size("maxBytes", c.MaxBytes) ?? Transfer(c.Transfer),
        RestoreShadow c => Instance(c.InstanceId) ?? Spec(c.Spec) ?? Text("digest", c.Digest),
        ActivateInstance c => Instance(c.InstanceId),
        PreCopy c => Instance(c.InstanceId) ?? Node(c.TargetNode) ?? Text("token", c.Token)
            ?? Text("transferUrl", c.TransferUrl) ?? Size("maxBytes", c.MaxBytes) ?? Transfer(c.Transfer),
        CollectPages c => Instance(c.InstanceId),
        FreezeInstance c => Instance(c.InstanceId),
        ThawInstance c => Instance(c.InstanceId),
        StartInstance c => Instance(c.InstanceId) ?? Spec(c.Spec),
        ReviveSource c => Instance(c.InstanceId) ?? Spec(c.Spec) ?? Text("digest", c.Digest),
        RemoveInstance c => Instance(c.InstanceId),
        _ => null,
    };

    public static Trouble? Refuse(SendBase c) => Instance(c.InstanceId) ?? Node(c.TargetNode) ?? Text("token", c.Token)
        ?? Text("transferUrl", c.TransferUrl) ?? Size("maxBytes", c.MaxBytes) ?? Every(c.EverySeconds);

    public static Trouble? Refuse(ExpectBase c) => Workload(c.Workload) ?? Node(c.SourceNode) ?? Text("token", c.Token)
        ?? Size("maxBytes", c.MaxBytes) ?? Every(c.EverySeconds);

    public static Trouble? Spec(WorkloadSpec? spec) =>
        spec is null ? NodeFailures.Incomplete("spec")
        : Workload(spec.Name) ?? Text("spec.image", spec.Image) ?? (spec.Queue is null ? null : Text("spec.queue", spec.Queue))
            ?? Environment(spec.Environment) ?? Command(spec.Command) ?? Address(spec.Address) ?? Volumes(spec.Volumes);

    private static Trouble? Transfer(TransferOptions? transfer) =>
        transfer is { MaxBytesPerSecond: null or (> 0 and <= MaxBytes), MaxRounds: >= 0 }
            && Enum.IsDefined(transfer.Mode) && Enum.IsDefined(transfer.Compression)
            ? null : NodeFailures.Incomplete("transfer");

    private static Trouble? Command(IReadOnlyList<string>? command) =>
        command?.Any(word => word?.Contains('\0', StringComparison.Ordinal) != false) == true
            ? NodeFailures.Incomplete("spec.command") : null;

    private static Trouble? Address(WorkloadAddress? address) =>
        address is null || (address.Cidr is not null && address.IsValid()) ? null : NodeFailures.Incomplete("spec.address");

    private static Trouble? Volumes(IReadOnlyList<WorkloadVolume>? volumes) =>
        volumes?.Any(volume => !Names.IsValid(volume?.Name) || !IsAPlace(volume.Path)) == true
            ? NodeFailures.Incomplete("spec.volumes") : null;

    private static bool IsAPlace(string? path) =>
        path is { Length: > 1 and < MaxText } && path[0] == '/' && !path.Any(char.IsControl)
        && !path.Split('/').Any(part => part is ".." or ".");

    private static Trouble? Environment(IReadOnlyDictionary<string, string>? environment) =>
        environment is null || environment.Any(e => e.Key.Contains('\0', StringComparison.Ordinal)
            || e.Key.Contains('=', StringComparison.Ordinal) || e.Key.Length == 0
            || e.Value?.Contains('\0', StringComparison.Ordinal) != false)
            ? NodeFailures.Incomplete("spec.environment")
            : null;

    private static Trouble? Every(int seconds) =>
        seconds is >= Standby.LeastSeconds and <= Standby.MostSeconds ? null : NodeFailures.Incomplete("everySeconds");

    private static Trouble? Workload(string? name) => Names.IsValid(name) ? null : NodeFailures.BadName("a workload", name);

    private static Trouble? Instance(string? name) => Names.IsValid(name) ? null : NodeFailures.BadName("an instance", name);

    private static Trouble? Node(string? name) => Names.IsValid(name) ? null : NodeFailures.BadName("a node", name);

    private static Trouble? Text(string field, string? text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > MaxText || text.Any(char.IsControl)
            ? NodeFailures.Incomplete(field)
            : null;

    private static Trouble? Size(string field, long bytes) =>
        bytes is >= 0 and <= MaxBytes ? null : NodeFailures.Incomplete(field);
}
