using System.Globalization;
using System.Net;
using Ms2m.Checker;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Load;
using Ms2m.Publisher;

namespace Ms2m.Eval.Bench;

/// <summary>Many small workloads, spread over the nodes, each with a queue and a publisher of its own.</summary>
internal sealed class SmallWorkloads : IAsyncDisposable
{
    private const string Prefix = "fair-";
    private const string Exchange = "fairness";
    private const string Image = "localhost/ms2m/orders:latest";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>All of them start on the same processors.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Cluster _cluster;
    private readonly FairnessOptions _options;
    private readonly CancellationTokenSource _publishing = new();
    private Task _publishers = Task.CompletedTask;

    public SmallWorkloads(Cluster cluster, FairnessOptions options)
    {
        (_cluster, _options) = (cluster, options);
        All = [.. Enumerable.Range(0, options.Migrations).Select(n => Make(n, cluster.Lab.Broker))];
    }

    public IReadOnlyList<SmallWorkload> All { get; }

    public async Task Start(Action<string> say, CancellationToken cancel)
    {
        await RemoveAll(cancel);
        // They share them, so none of them may declare them.
        await _cluster.Broker.DeclareExchange(Exchange, "topic", cancel);
        await _cluster.Broker.DeclareExchange($"{Exchange}.receipts", "fanout", cancel);
        say($"starting {All.Count} workloads on {string.Join(", ", _options.Nodes)}");
        foreach (var one in All)
        {
            await _cluster.Engine.Run(
                new RunRequest(one.Name, one.Home, Image, one.Name, new Dictionary<string, string>
                {
                    ["MS2M_QUEUE"] = one.Name,
                    ["MS2M_EXCHANGE"] = Exchange,
                    ["MS2M_BINDING"] = $"order.{one.Name}-1",
                    ["MS2M_RECEIPTS"] = $"{Exchange}.receipts",
                    ["MS2M_WORK_MS"] = "1",
                    ["MS2M_STATE_MB"] = "1",
                }, Publishes: [$"{Exchange}.receipts"], Binds: [Exchange]),
                cancel);
        }

        await Until("all workloads ran and had their queues", async () =>
        {
            var running = (await Instances(cancel)).Where(one => one.State == "running").ToDictionary(one => one.Name);
            var queues = (await _cluster.Broker.Queues(cancel)).ToHashSet(StringComparer.Ordinal);
            foreach (var one in All.Where(one => running.ContainsKey(one.Name)))
            {
                one.Instance = running[one.Name].InstanceId!;
            }

            return All.All(one => running.ContainsKey(one.Name) && queues.Contains(one.Name));
        }, cancel);
        // A queue is declared before it is bound; what is published in between would go nowhere.
        foreach (var one in All)
        {
            await State(one, cancel);
        }

        _publishers = Task.WhenAll(All.Select(one => one.Fleet.RunAsync(_publishing.Token)));
        await Until("every workload had applied something", async () =>
            (await Task.WhenAll(All.Select(one => State(one, cancel)))).All(state => state.Applied > 0), cancel);
    }

    public void Moved(MigrationView migration) => All.Single(one => one.Name == migration.Workload).Instance =
        Names.ShadowInstance(migration.Workload!, migration.MigrationId);

    /// <summary>Stops the publishers, lets the queues run empty, and looks at every state.</summary>
    public async Task<IReadOnlyDictionary<string, (long Published, WorkloadState State)>> Conclude(
        Action<string> say, CancellationToken cancel)
    {
        await StopPublishing();
        say("publishers stopped; comparing every state with its publisher's ledger");
        var states = new Dictionary<string, (long, WorkloadState)>();
        foreach (var one in All)
        {
            var state = await State(one, cancel);
            var begun = TimeProvider.System.GetTimestamp();
            while (state.Applied < one.Fleet.Ledger.Confirmed && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(Pause, cancel);
                state = await State(one, cancel);
            }

            states[one.Name] = (one.Fleet.Ledger.Confirmed, state);
        }

        return states;
    }

    public async ValueTask DisposeAsync()
    {
        await StopPublishing();
        foreach (var one in All)
        {
            one.Fleet.Dispose();
        }

        _publishing.Dispose();
        try
        {
            await RemoveAll(CancellationToken.None);
        }
        catch (Exception gone) when (gone is EngineUnreachableException or EngineRefusedException or TimeoutException)
        {
            Console.Error.WriteLine($"ms2m: the workloads could not be removed: {gone.Message}");
        }
    }

    private SmallWorkload Make(int n, Uri broker)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{n:00}");
        var home = n % _options.Nodes.Count;
        var target = (home + 1 + (n / _options.Nodes.Count % (_options.Nodes.Count - 1))) % _options.Nodes.Count;
        return new SmallWorkload(name, _options.Nodes[home], _options.Nodes[target], new PublisherFleet(new PublisherOptions
        {
            BrokerUri = broker,
            Exchange = Exchange,
            Prefix = $"{name}-",
            Publishers = 1,
            RatePerSecond = _options.Rate,
        }));
    }

    private CheckOptions Look(SmallWorkload one) =>
        new() { BrokerUri = _cluster.Lab.Broker, StateName = $"{one.Name}.state" };

    private async Task<WorkloadState> State(SmallWorkload one, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await StateQuery.AskAsync(Look(one), one.Instance, cancel) is { } state)
            {
                return state;
            }

            if (attempt == 10)
            {
                throw new TimeoutException($"{one.Instance} did not answer what its state is.");
            }
        }
    }

    private async Task RemoveAll(CancellationToken cancel)
    {
        var names = (await Instances(cancel)).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            try
            {
                await _cluster.Engine.Stop(name, cancel);
            }
            catch (EngineRefusedException gone) when (gone.Status == HttpStatusCode.NotFound)
            {
                // Removed meanwhile.
            }
        }

        await Until("the workloads were gone", async () => (await Instances(cancel)).Count == 0, cancel);
        foreach (var queue in await _cluster.Broker.Queues(cancel))
        {
            if (queue.StartsWith(Prefix, StringComparison.Ordinal)
                || queue.StartsWith(Names.ControlQueue(Prefix), StringComparison.Ordinal))
            {
                await _cluster.Broker.DeleteQueue(queue, cancel);
            }
        }
    }

    private async Task<List<WorkloadView>> Instances(CancellationToken cancel) =>
    [
        .. (await _cluster.Engine.Workloads(cancel)).As<List<WorkloadView>>()
            .Where(one => one.Name.StartsWith(Prefix, StringComparison.Ordinal)),
    ];

    private async Task StopPublishing()
    {
        await _publishing.CancelAsync();
        await _publishers;
    }

    private static async Task Until(string what, Func<Task<bool>> there, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await there())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s in vain until {what}.");
            }

            await Task.Delay(Pause, cancel);
        }
    }
}

/// <summary>One of them.</summary>
internal sealed record SmallWorkload(string Name, string Home, string Target, PublisherFleet Fleet)
{
    /// <summary>The instance that is the workload now.</summary>
    public string Instance { get; set; } = "";
}
