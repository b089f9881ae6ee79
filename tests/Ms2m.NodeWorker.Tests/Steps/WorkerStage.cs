using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Standby;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>A worker with everything but a broker and real containers; its transfers go over real sockets.</summary>
internal sealed class WorkerStage : IAsyncDisposable
{
    public static readonly WorkloadSpec Spec =
        new("orders", "localhost/ms2m/test:latest", "orders", new Dictionary<string, string>());

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private WorkerStage(
        string node, RegistryPlace? registry, Func<WorkerOptions, WorkerOptions> change, Action<IServiceCollection>? services)
    {
        var options = change(TestOptions.In(_folder.Path, node) with { Registry = registry });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => WorkerAddresses.Bind(kestrel, options));
        builder.Services.AddWorker(options);
        builder.Services.AddSingleton<Room>(new FakeRoom(options));
        builder.Services.AddSingleton<IContainerRuntime>(Runtime);
        builder.Services.AddSingleton<IWorkloadNetworks>(Networks);
        builder.Services.AddSingleton<IBusSender>(Bus);
        var memory = new byte[100 * 4096];
        new Random(1).NextBytes(memory);
        builder.Services.AddSingleton<ILiveMemory>(new FakeLiveMemory { Blocks = [memory] });
        builder.Services.AddSingleton(new PagePatience(Source: TimeSpan.FromSeconds(6), Target: TimeSpan.FromSeconds(6)));
        builder.Services.AddSingleton(new NodeFeatures([], TimeProvider.System));
        services?.Invoke(builder.Services);
        PrivateFiles.CreateFolder(options.Checkpoints);
        Options = options;
        _app = builder.Build();
        _app.Services.GetRequiredService<TransferEndpoint>().Map(_app);
        _app.Services.GetRequiredService<ChannelEndpoint>().Map(_app);
        _app.Services.GetRequiredService<StandbyEndpoint>().Map(_app);
    }

    public WorkerOptions Options { get; }

    public FakeRuntime Runtime { get; } = new();

    public FakeNetworks Networks { get; } = new();

    public FakeBus Bus { get; } = new();

    public StepDesk Desk => _app.Services.GetRequiredService<StepDesk>();

    public InstanceFolders Instances => _app.Services.GetRequiredService<InstanceFolders>();

    public IncomingCheckpoints Incoming => _app.Services.GetRequiredService<IncomingCheckpoints>();

    public Bases Bases => _app.Services.GetRequiredService<Bases>();

    public StandbyRounds Standby => _app.Services.GetRequiredService<StandbyRounds>();

    public ExpectedBases Expected => _app.Services.GetRequiredService<ExpectedBases>();

    public RegistryTraces RegistryTraces => _app.Services.GetRequiredService<RegistryTraces>();

    public Holdings Holdings => _app.Services.GetRequiredService<Holdings>();

    public ComingPages Pages => _app.Services.GetRequiredService<ComingPages>();

    public ReservationBook Book => _app.Services.GetRequiredService<ReservationBook>();

    public FakeRoom Room => (FakeRoom)_app.Services.GetRequiredService<Room>();

    public static async Task<WorkerStage> OpenAsync(
        string node = "node-t", RegistryPlace? registry = null, Func<WorkerOptions, WorkerOptions>? change = null,
        Action<IServiceCollection>? services = null)
    {
        var stage = new WorkerStage(node, registry, change ?? (options => options), services);
        await stage._app.StartAsync();
        return stage;
    }

    /// <summary>As a restarted worker's, that does not yet know of what is in the journal.</summary>
    public StepDesk NewDesk() => ActivatorUtilities.CreateInstance<StepDesk>(_app.Services);

    /// <summary>As a restarted worker puts its node in order.</summary>
    public Task StartOverAsync() => ActivatorUtilities.CreateInstance<StartOver>(_app.Services, NewDesk()).StartAsync(default);

    public async Task<NodeReported> ReportAsync() => (await NewReporter().LookAsync(CancellationToken.None))!;

    public NodeReporter NewReporter() => ActivatorUtilities.CreateInstance<NodeReporter>(_app.Services);

    public InstanceWatch NewWatch(StepDesk? desk = null) =>
        ActivatorUtilities.CreateInstance<InstanceWatch>(_app.Services, desk ?? Desk);

    /// <summary>The advertised address is the real one's stand-in: the port is known only after the start.</summary>
    public string Reachable(string transferUrl) =>
        new Uri(new Uri(_app.Urls.First()), new Uri(transferUrl).PathAndQuery).ToString();

    /// <summary>As the node from which the reservation expects a checkpoint, or as another one.</summary>
    public async Task<HttpResponseMessage> AskAsync(string transferUrl, string token, HttpMethod? method = null, string node = "node-s")
    {
        using var http = new MutualTls(TestAuthority.Ours.Folder(node), node, NullLogger<MutualTls>.Instance)
            .OpenClient();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, Reachable(transferUrl));
        request.Headers.Host = Options.Node;
        request.Headers.Add("Authorization", TransferToken.Header(token));
        return await http.SendAsync(request);
    }

    public async Task RunAsync(string instance)
    {
        Instances.Write(new InstanceFile(instance, Spec.Name, InstanceRole.Active, 1, Options.BrokerUriOf(instance)));
        await Runtime.RunAsync(new ContainerRequest(instance, Spec, Instances.PathOf(Spec.Name)), CancellationToken.None);
    }

    /// <summary>Names of the worker's files, below its data folder.</summary>
    public IEnumerable<string> Left() => Directory.GetFiles(Options.Data, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Options.Data, f));

    public async ValueTask DisposeAsync()
    {
        await Desk.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
