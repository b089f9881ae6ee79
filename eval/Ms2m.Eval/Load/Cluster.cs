using Ms2m.Cli.Api;
using Ms2m.Eval.Lab;

namespace Ms2m.Eval.Load;

/// <summary>Everything a measurement needs from the cluster under test.</summary>
internal sealed class Cluster : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public Cluster()
    {
        Lab = LabAddresses.FromEnvironment();
        Engine = new EngineClient(Lab.Engine);
        Broker = new BrokerEyes(Lab);
        Tool = Lab.Tool is null ? null : new LabTool(Lab.Tool);
        Migrations = new MigrationByAmqp(Lab, Engine);
        Leftovers = new Leftovers(Engine, Broker, Tool);
    }

    public LabAddresses Lab { get; }

    public EngineClient Engine { get; }

    public BrokerEyes Broker { get; }

    public LabTool? Tool { get; }

    public MigrationByAmqp Migrations { get; }

    public Leftovers Leftovers { get; }

    /// <summary>Waits until the engine is ready and these nodes are up.</summary>
    public async Task Ready(string[] nodes, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            string missing;
            try
            {
                await Engine.Ready(cancel);
                var up = (await Engine.Nodes(cancel)).As<List<NodeView>>().Where(node => node.Up).Select(node => node.Node);
                var down = nodes.Except(up).ToList();
                if (down.Count == 0)
                {
                    return;
                }

                missing = $"{string.Join(" and ", down)} did not report to the engine";
            }
            catch (EngineRefusedException unready)
            {
                missing = $"the engine is not ready: {unready.Reason.Message}";
            }

            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                throw new CannotMeasureException(
                    "MS2M-EVAL-CLUSTER", $"Waited {Patience.TotalSeconds:0} s, but {missing}.", "See './ms2m lab status'.");
            }

            await Task.Delay(Pause, cancel);
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        Broker.Dispose();
    }
}
