using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Tests.Transfer;

/// <summary>A target worker's transfer endpoint on a real port, and a sender beside it.</summary>
internal sealed class TransferStage : IAsyncDisposable
{
    public const string Token = "a-secret-token";
    public const string SourceNode = "node-s";
    public const string TargetNode = "node-t";

    private readonly TemporaryFolder _folder;
    private readonly WebApplication _app;
    private TransferStage(TemporaryFolder folder, WorkerOptions options, WebApplication app) =>
        (_folder, Options, _app) = (folder, options, app);

    /// <summary>As which the sender shows itself: the node that the reservation names.</summary>
    public ITransferSecurity Source { get; init; } =
        new MutualTls(TestAuthority.Ours.Folder(SourceNode), SourceNode, NullLogger<MutualTls>.Instance);

    public WorkerOptions Options { get; }

    public Guid MigrationId { get; } = Guid.NewGuid();

    public FakeRoom Room => (FakeRoom)_app.Services.GetRequiredService<Room>();

    private Counter _lists = new();

    /// <summary>How often somebody was told which pages are here.</summary>
    public int PageListsSent => Volatile.Read(ref _lists.Count);

    public Bases Bases => _app.Services.GetRequiredService<Bases>();

    public IncomingCheckpoints Incoming => _app.Services.GetRequiredService<IncomingCheckpoints>();

    public string Outgoing => _folder["outgoing"];

    public string IncomingFolder => Path.Combine(Options.IncomingFolder, $"{MigrationId:N}-1");

    public Uri Url => new(
        new Uri(_app.Urls.First()), $"{TransferEndpoint.PathOf(MigrationId, 1)}?{TransferUrl.Zstd}&{TransferUrl.Delta}");

    public static async Task<TransferStage> OpenAsync(
        long maxBytes = 10_000_000, ITransferSecurity? source = null, ITransferSecurity? target = null,
        Func<Reservation, ChannelStream, CancellationToken, Task>? channel = null, string purpose = TestedChannel.Word)
    {
        var folder = new TemporaryFolder();
        var options = TestOptions.In(folder["data"]);
        PrivateFiles.CreateFolder(options.Data);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => WorkerAddresses.Bind(kestrel, options));
        builder.Services.AddSingleton(target ?? new MutualTls(options.Tls!, TargetNode, NullLogger<MutualTls>.Instance));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Room>(new FakeRoom(options));
        builder.Services.AddSingleton<ReservationBook>();
        builder.Services.AddSingleton<IncomingCheckpoints>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Bases>();
        builder.Services.AddSingleton<AheadReceiver>();
        builder.Services.AddSingleton<RegistryReceiver>();
        builder.Services.AddSingleton<Admission>();
        builder.Services.AddSingleton<TransferEndpoint>();
        builder.Services.AddSingleton<OpenChannels>();
        if (channel is not null)
            builder.Services.AddSingleton<IChannelHandler>(new TestedChannel(channel, purpose));
        builder.Services.AddSingleton(s => ActivatorUtilities.CreateInstance<ChannelEndpoint>(s, Short));
        var app = builder.Build();
        var lists = new Counter();
        app.Use(async (http, next) =>
        {
            await next(http);
            if (http.Request.Path.Value!.EndsWith("/pages", StringComparison.Ordinal))
                Interlocked.Increment(ref lists.Count);
        });
        app.Services.GetRequiredService<TransferEndpoint>().Map(app);
        app.Services.GetRequiredService<ChannelEndpoint>().Map(app);
        await app.StartAsync();
        var stage = source is null
            ? new TransferStage(folder, options, app) { _lists = lists }
            : new TransferStage(folder, options, app) { Source = source };
        app.Services.GetRequiredService<ReservationBook>().Write(new Reservation(
            stage.MigrationId, 1, "t-1", new WorkloadSpec("t", "image", "q", new Dictionary<string, string>()),
            SourceNode, TransferToken.DigestOf(Token), 1000, maxBytes));
        Directory.CreateDirectory(stage.Outgoing);
        return stage;
    }

    /// <summary>What another program than ours may send, from the right node.</summary>
    public async Task<HttpResponseMessage> RequestAsync(HttpMethod method, HttpContent? content, string? token = Token)
    {
        using var http = Source.OpenClient();
        using var request = new HttpRequestMessage(method, Url) { Content = content };
        request.Headers.Host = TargetNode;
        if (token is not null)
            request.Headers.Add("Authorization", TransferToken.Header(token));
        request.Headers.ExpectContinue = content is not null;
        return await http.SendAsync(request);
    }

    public void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(Outgoing, name), content);

    public Task<Outcome<Sent>> SendAsync(
        Task<Outcome<Dump>>? dump = null, string token = Token, Uri? url = null, long maxBytes = long.MaxValue,
        TransferOptions? options = null, CancellationToken cancel = default) =>
        new DirectTransfer(Source, TimeProvider.System, NullLogger<DirectTransfer>.Instance).SendAsync(
            new TransferOrder(url ?? Url, TargetNode, token, maxBytes) { Options = options ?? Plain },
            Outgoing, dump ?? Complete, cancel);

    public OpenChannels Channels => _app.Services.GetRequiredService<OpenChannels>();

    /// <summary>No test waits half a minute for a silence. Not shorter: this process may itself stand still for a second or two.</summary>
    public static ChannelPatience Short { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(4));

    public Task<Outcome<ChannelStream>> OpenChannelAsync(
        string purpose = TestedChannel.Word, string token = Token, Uri? url = null, TransferOptions? options = null) =>
        new ChannelOpener(Source, TimeProvider.System, Short).OpenAsync(
            new TransferOrder(url ?? Url, TargetNode, token, long.MaxValue) { Options = options ?? new() }, purpose, default);

    /// <summary>What is on the wire can then be reckoned.</summary>
    private static readonly TransferOptions Plain = new(Compression: TransferCompression.None);

    public static Task<Outcome<Dump>> Complete { get; } =
        Task.FromResult<Outcome<Dump>>(new Dump(CheckpointWay.Images, 1));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>What a test has a target do with a channel.</summary>
internal sealed class TestedChannel(Func<Reservation, ChannelStream, CancellationToken, Task> serve, string purpose) : IChannelHandler
{
    public const string Word = "tested";

    public string Purpose => purpose;

    public Task ServeAsync(Reservation reservation, ChannelStream channel, CancellationToken cancel) =>
        serve(reservation, channel, cancel);
}

internal sealed class Counter
{
    public int Count;
}

internal sealed class FakeRoom(WorkerOptions options) : Room(options)
{
    public long Space { get; set; } = 1_000_000_000;

    public long Memory { get; set; } = 1_000_000_000;

    public override long FreeForCheckpoints => Space;

    public override long SpaceForCheckpoints => 2_000_000_000;

    public override long FreeMemory => Memory;
}
