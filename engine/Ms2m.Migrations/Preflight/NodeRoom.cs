using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>What a node has room for, by its report. Memory that it keeps for later moves counts as free: it gives way to
/// every migration that needs the room. The node looks itself before it takes anything.</summary>
public static class NodeRoom
{
    /// <summary>Bytes of memory.</summary>
    public static long Memory(NodeReported node) => node.MemoryFreeBytes + Yielding(node);

    /// <summary>Bytes where checkpoints rest.</summary>
    public static long Checkpoints(NodeReported node) => node.CheckpointSpaceBytes + Yielding(node);

    private static long Yielding(NodeReported node) =>
        (node.Holdings ?? []).Where(held => held.Kind == Holding.Base).Sum(held => Math.Max(0, held.Bytes));
}
