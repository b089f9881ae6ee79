using Ms2m.Eval.Lab;

namespace Ms2m.Eval.Bench;

/// <summary>What the system itself costs while it runs, after the migrations: resident bytes, absent where unknown.</summary>
internal sealed record ResidentMemory(long? EngineBytes, IReadOnlyDictionary<string, long?> WorkerBytes)
{
    public static async Task<ResidentMemory> Look(LabTool? tool, IReadOnlyList<string> nodes, CancellationToken cancel)
    {
        var workers = new Dictionary<string, long?>();
        foreach (var node in nodes)
        {
            workers[node] = tool is null ? null : await tool.ResidentBytes(node, cancel);
        }

        return new ResidentMemory(tool is null ? null : await tool.ResidentBytes(null, cancel), workers);
    }
}
