using Ms2m.Cli.Api;

namespace Ms2m.Cli.Commands;

/// <summary>Waits until the nodes report what was asked for.</summary>
internal static class WorkloadWatch
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task<bool> Until(EngineCall call, Func<List<WorkloadView>, bool> seen)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if (seen((await call.Engine.Workloads(call.Cancel)).As<List<WorkloadView>>()))
            {
                return true;
            }

            await Task.Delay(Pause, call.Cancel);
        }

        return false;
    }
}
