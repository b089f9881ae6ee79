using Ms2m.Eval.Lab;

namespace Ms2m.EndToEnd.Tests.Lab;

/// <summary>What comes to a node comes slowly, so that a migration to it lasts. A test that has to act in a moment of a
/// migration must not race against it: the machine may take a second or two away from whoever watches.</summary>
internal sealed class SlowNetwork : IAsyncDisposable
{
    /// <summary>The sample's 38 MB then take four seconds. A loaded shadow has hundreds of messages to catch up with.</summary>
    public const string Seconds = "80mbit";

    private readonly LabTool _tool;
    private readonly string _node;

    private SlowNetwork(LabTool tool, string node) => (_tool, _node) = (tool, node);

    public static async Task<SlowNetwork> To(LabTool tool, string node, CancellationToken cancel, string rate = Seconds)
    {
        await tool.Must(["network", "slow", node, rate], cancel);
        return new SlowNetwork(tool, node);
    }

    // Without throwing: it would hide why the test failed.
    public async ValueTask DisposeAsync() => await _tool.Run(["network", "fast", _node], CancellationToken.None);
}
