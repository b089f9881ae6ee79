using System.Globalization;
using Ms2m.Clients;
using Ms2m.Contracts;

namespace Ms2m.Eval.Load;

/// <summary>A program that knows nothing of this system, and who judges it.</summary>
/// <param name="Image">As the lab calls it.</param>
/// <param name="Client">Makes a client of it at an address.</param>
internal sealed record ServerKind(
    string Image, IReadOnlyDictionary<string, string> Environment, Func<string, WorkloadClient> Client)
{
    private static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    public string FullImage => $"localhost/ms2m/{Image}:latest";

    /// <summary>Arguments in place of the image's own.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<WorkloadVolume>? Volumes { get; init; }

    public WorkloadTraits? Traits { get; init; }

    /// <summary>With an append-only file in a volume.</summary>
    public static ServerKind PersistentRedis(int keys) => Redis(keys) with
    {
        Command = ["--save", "", "--appendonly", "yes", "--dir", "/data", "--protected-mode", "no"],
        Volumes = [new WorkloadVolume("data", "/data")],
    };

    public static ServerKind Redis(int keys) => new("redis", None, host => new RedisClient(host, keys: keys));

    public static ServerKind Mosquitto { get; } = new("mosquitto", None, host => new MqttClients(host));

    /// <param name="megabytes">What it holds.</param>
    /// <param name="percent">How much of it changes in a second.</param>
    public static ServerKind Memory(int megabytes, double percent) => new(
        "memory",
        new Dictionary<string, string>
        {
            ["MEMORY_MB"] = megabytes.ToString(CultureInfo.InvariantCulture),
            ["MEMORY_PERCENT"] = percent.ToString(CultureInfo.InvariantCulture),
        },
        host => new MemoryClient(host));
}
