using Ms2m.Checker;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Lab;
using Ms2m.Publisher;
using RabbitMQ.Client;

namespace Ms2m.Eval.Load;

/// <summary>The sample workload with publishers at work and the checker watching: what a migration is tried on.</summary>
internal sealed class LoadedWorkload : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Filling a large state takes a while.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <summary>An instance that has just been promoted, or that waits for the broker, answers a little later.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _publishing = new();
    private readonly ExactlyOnceCheck _check;
    private readonly PublisherFleet _fleet;
    private readonly LoadOptions _load;
    private Task _publishers = Task.CompletedTask;

    private LoadedWorkload(ExactlyOnceCheck check, PublisherFleet fleet, LoadOptions load, string instance, string node)
    {
        (_check, _fleet, _load) = (check, fleet, load);
        (Instance, Node) = (instance, node);
    }

    /// <summary>The instance that is the workload now.</summary>
    public string Instance { get; private set; }

    public string Node { get; private set; }

    public ExactlyOnceCheck Check => _check;

    public static async Task<LoadedWorkload> Start(
        LabAddresses lab, EngineClient engine, BrokerEyes broker, string node, LoadOptions load, Action<string> say,
        CancellationToken cancel)
    {
        say($"starting {OrdersWorkload.Name} on {node}");
        var instance = await new OrdersWorkload(engine, broker).StartFresh(node, load, cancel);
        return await Around(lab, instance, node, load, say, cancel);
    }

    /// <summary>The same around an instance that somebody else has started, before its first message.</summary>
    public static async Task<LoadedWorkload> Around(
        LabAddresses lab, string instance, string node, LoadOptions load, Action<string> say, CancellationToken cancel)
    {
        // Before the first message: a receipt that nobody collects would look like a lost effect.
        var check = await ExactlyOnceCheck.StartAsync(new CheckOptions { BrokerUri = lab.Broker }, cancel);
        var fleet = new PublisherFleet(new PublisherOptions
        {
            BrokerUri = lab.Broker,
            Publishers = load.Publishers,
            RatePerSecond = load.Rate,
        });
        var loaded = new LoadedWorkload(check, fleet, load, instance, node);
        try
        {
            say($"waiting until {instance} has loaded its state of {load.StateMb} MB");
            await loaded.State(StartPatience, cancel);
            say($"publishing {load.Rate:0.#} messages/s from {load.Publishers} publisher(s)");
            loaded._publishers = fleet.RunAsync(loaded._publishing.Token);
            await Task.Delay(TimeSpan.FromSeconds(load.WarmupSeconds), cancel);
            await loaded.UntilMessagesFlow(cancel);
            return loaded;
        }
        catch
        {
            await loaded.DisposeAsync();
            throw;
        }
    }

    /// <summary>The migration has ended: the workload may be another instance on another node now.</summary>
    public void Moved(MigrationView migration)
    {
        if (migration.IsCompleted)
        {
            Instance = Names.ShadowInstance(OrdersWorkload.Name, migration.MigrationId);
            Node = migration.TargetNode!;
        }
    }

    /// <summary>Messages that the broker has confirmed to the publishers.</summary>
    public long Confirmed => _fleet.Ledger.Confirmed;

    /// <summary>Messages that publishers know to be in the queue and the workload has not applied.</summary>
    public async Task<long> Backlog(CancellationToken cancel) =>
        _fleet.Ledger.Confirmed - (await State(AnswerPatience, cancel)).Applied;

    /// <summary>Lets the backlog of an overload run off, so that the next migration meets the same load as the last.</summary>
    public async Task Settle(CancellationToken cancel)
    {
        var small = Math.Max(5, _load.Rate / 2);
        if (await Backlog(cancel) <= small)
        {
            return;
        }

        _fleet.RatePerSecond = 1;
        while (await Backlog(cancel) > small)
        {
            await Task.Delay(Pause, cancel);
        }

        _fleet.RatePerSecond = _load.Rate;
        await Task.Delay(TimeSpan.FromSeconds(_load.WarmupSeconds), cancel);
    }

    /// <summary>Stops the publishers, waits until the queue is empty, and judges.</summary>
    public async Task<Verdict> Conclude(Action<string> say, CancellationToken cancel)
    {
        await StopPublishing();
        var backlog = await Backlog(cancel);
        // Twice the simulated work for what is left, and half a minute for everything else.
        var patience = TimeSpan.FromMilliseconds(30_000 + backlog * (_load.WorkMs + 2.0) * 2);
        say($"publishers stopped; {backlog} messages to go");
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var progress = SayBacklog(say, watching.Token);
        try
        {
            return await _check.ConcludeAsync(_fleet.Ledger, Instance, patience, cancel);
        }
        finally
        {
            await watching.CancelAsync();
            await progress;
        }
    }

    /// <summary>Stops the publishers and judges what is left of a workload whose state died with its only holder.</summary>
    public async Task<LostState> ConcludeWithoutState(LabAddresses lab, CancellationToken cancel)
    {
        await StopPublishing();
        await using var connection = await new ConnectionFactory { Uri = lab.Broker }.CreateConnectionAsync(cancel);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        return await LostState.Judge(channel, OrdersWorkload.Queue, _fleet.Ledger.Entries, _check.Receipts, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await StopPublishing();
        await _check.DisposeAsync();
        _fleet.Dispose();
        _publishing.Dispose();
    }

    /// <summary>What the workload says of itself, once it answers.</summary>
    public async Task<WorkloadState> State(TimeSpan patience, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await _check.AskStateAsync(Instance, cancel) is { } state)
            {
                return state;
            }

            if (TimeProvider.System.GetElapsedTime(begun) > patience)
            {
                throw new TimeoutException(
                    $"{Instance} on {Node} did not answer what its state is within {patience.TotalSeconds:0} s.");
            }

            await Task.Delay(Pause, cancel);
        }
    }

    private async Task StopPublishing()
    {
        await _publishing.CancelAsync();
        try
        {
            await _publishers;
        }
        catch (OperationCanceledException)
        {
            // That is how they are stopped.
        }
    }

    private async Task UntilMessagesFlow(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while ((await State(AnswerPatience, cancel)).Applied == 0)
        {
            if (TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(20))
            {
                throw new CannotMeasureException(
                    "MS2M-EVAL-SILENT",
                    $"{_fleet.Ledger.Confirmed} messages were published and {Instance} applied none.",
                    "See the workload's log: './ms2m lab node NODE exec podman logs INSTANCE'.");
            }

            await Task.Delay(Pause, cancel);
        }
    }

    private async Task SayBacklog(Action<string> say, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(3), cancel);
                say($"{await Backlog(cancel)} messages to go");
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or TimeoutException)
        {
            // The verdict is there, or the instance does not answer: then the verdict says so.
        }
    }
}
