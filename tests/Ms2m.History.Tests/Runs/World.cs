using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.History.Tests.Runs;

/// <summary>Two nodes, and a workload on the first of them.</summary>
internal static class World
{
    public const string Source = "orders-1";

    private static readonly WorkloadSpec _orders = new(
        "orders", "localhost/ms2m/orders", "orders", new Dictionary<string, string>());

    public static string Shadow(Guid id) => Names.ShadowInstance("orders", id);

    public static Asked Ask(Guid id, CutoverPolicy policy) => new(
        new StartMigration(id, "orders", "node-b", "shadow", policy),
        [Node("node-a", new InstanceReported(Source, _orders, InstanceRole.Active, 1, "running", 60L << 20, null)), Node("node-b")],
        id,
        Line.Empty);

    private static NodeReported Node(string name, params InstanceReported[] instances) => new(
        name, $"http://{name}:8490", Recorder.Start, 2000, new Dictionary<string, string>(), 2, 8L << 30, 4L << 30, 2L << 30, [],
        instances);
}
