using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Saga;
using Ms2m.EventLog.Documents;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Pods;

/// <summary>The engine's own steps in Kubernetes. Each looks at what is there before it does anything, so it may run twice.
/// They wait for other controllers, so unlike the steps on the broker they do not hold the migration's row meanwhile: they
/// look again and again whether the migration still wants them, and stop when it does not.</summary>
public sealed partial class PodTaskConsumer(
    IEnumerable<IPodOwnership> ownership, DocumentTable<MigrationSaga, Guid> sagas, NpgsqlDataSource store, TimeProvider time,
    ILogger<PodTaskConsumer> logger)
    : IConsumer<CheckOwner>, IConsumer<ReleaseName>, IConsumer<AdoptInstance>
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    /// <summary>Less than a step's deadline, so that it can be said what it waited for.</summary>
    private static readonly TimeSpan _asking = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan _waiting = TimeSpan.FromSeconds(55);

    public Task Consume(ConsumeContext<CheckOwner> context) => RunAsync(context, _asking, async (owners, pod, token) =>
    {
        var task = context.Message;
        var leavesFirst = task.Spec.Pod!.Owner == PodOwner.StatefulSet;
        var answer = await owners.CheckAsync(pod, task.InstanceId, leavesFirst, token);
        return Said(answer, task, new OwnerChecked(task.MigrationId, task.Step, task.Attempt));
    }, task => task.Spec);

    public Task Consume(ConsumeContext<ReleaseName> context) => RunAsync(context, _waiting, async (owners, pod, token) =>
    {
        var task = context.Message;
        if (task.UnlessItStays)
        {
            // Whoever releases it still hears within a look that nobody wants that any more.
            await Task.Delay(_look * 4, time, token);
        }

        var answer = task.UnlessItStays
            ? await owners.SettleNameAsync(pod, task.InstanceId, token)
            : await owners.ReleaseNameAsync(pod, task.InstanceId, token);
        return Said(answer, task, new NameReleased(task.MigrationId, task.Step, task.Attempt));
    }, task => task.Spec);

    public Task Consume(ConsumeContext<AdoptInstance> context) => RunAsync(context, _waiting, async (owners, pod, token) =>
    {
        var task = context.Message;
        var answer = await owners.AdoptAsync(pod, task.InstanceId, task.FormerInstance, token);
        return Said(answer, task, new InstanceAdopted(task.MigrationId, task.Step, task.Attempt, task.InstanceId));
    }, task => task.Spec);

    private async Task RunAsync<T>(
        ConsumeContext<T> context, TimeSpan limit, Func<IPodOwnership, WorkloadPod, CancellationToken, Task<IStepMessage>> work,
        Func<T, WorkloadSpec> specOf)
        where T : class, IStepMessage
    {
        var task = context.Message;
        if (!await IsWantedAsync(task, context.CancellationToken))
        {
            LogNotWanted(task.Step, task.Attempt, task.MigrationId);
            return;
        }

        using var span = EngineTraces.Working(task, context.TraceParent());
        IStepMessage answer;
        if (specOf(task).Pod is not { } pod || ownership.FirstOrDefault() is not { } owners)
        {
            answer = Failed(task, PodFailures.NotConnected, retryable: false);
        }
        else
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
            until.CancelAfter(limit);
            var watching = CancelWhenUnwantedAsync(task, until);
            try
            {
                answer = await work(owners, pod, until.Token);
            }
            catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
            {
                answer = Failed(task, PodFailures.TookTooLong(limit), retryable: true);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(task.Step, task.MigrationId, failure);
                answer = Failed(task, PodFailures.Unexpected(failure), retryable: true);
            }
            finally
            {
                await until.CancelAsync();
                await watching;
            }
        }

        // Whoever is stopped himself has not failed: somebody else is asked the same.
        context.CancellationToken.ThrowIfCancellationRequested();
        var endpoint = await context.GetSendEndpoint(_migrations);
        await endpoint.Send(answer, answer.GetType(), context.CancellationToken);
    }

    private async Task CancelWhenUnwantedAsync(IStepMessage task, CancellationTokenSource until)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_look, time, until.Token);
                // What takes its place relies on it that this one stops in time.
                using var soon = CancellationTokenSource.CreateLinkedTokenSource(until.Token);
                soon.CancelAfter(_look * 2);
                if (!await IsWantedAsync(task, soon.Token))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is done, or nobody said in time whether it is still wanted.
        }
        catch (NpgsqlException absent)
        {
            LogFailed(task.Step, task.MigrationId, absent);
        }

        // Whoever cannot ask whether it is wanted does not go on.
        await until.CancelAsync();
    }

    private async Task<bool> IsWantedAsync(IStepMessage task, CancellationToken token) =>
        await sagas.LoadAsync(store, task.MigrationId, token) is { } saga && Migration.Wants(saga.Value.State, task);

    private static IStepMessage Said(ApiAnswer<Done> answer, IStepMessage task, IStepMessage done) =>
        answer.Problem is { } problem ? Failed(task, PodFailures.Of(problem), problem.IsPassing || problem.IsConflict) : done;

    private static StepFailed Failed(IStepMessage task, Failure reason, bool retryable) =>
        new(task.MigrationId, task.Step, task.Attempt, Names.Engine, reason, retryable);

    [LoggerMessage(1202, LogLevel.Information,
        "Step {Step}, attempt {Attempt}, of migration {MigrationId} is not wanted any more")]
    private partial void LogNotWanted(string step, int attempt, Guid migrationId);

    [LoggerMessage(1201, LogLevel.Warning, "Step {Step} of migration {MigrationId} failed in Kubernetes")]
    private partial void LogFailed(string step, Guid migrationId, Exception failure);
}
