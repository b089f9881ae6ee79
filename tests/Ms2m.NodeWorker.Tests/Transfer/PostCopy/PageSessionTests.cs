using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Tests.Transfer.PostCopy;

/// <summary>Memory that follows, between a daemon that asks and sources that answer, break off, lie or are silent.</summary>
public sealed class PageSessionTests : IAsyncDisposable
{
    private static readonly PageRequest _first = new(7, 2, 0x7000, 1);
    private static readonly PageRequest _second = new(7, 1, 0x9000, 1);

    private readonly List<string> _order = [];
    private bool _endsWell;
    private FakePageDaemon? _daemon;
    private PageSession? _session;

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync();
    }

    [Fact]
    public async Task what_is_asked_is_answered_and_the_end_is_told()
    {
        var (daemon, session) = await BeginAsync();
        var (source, target) = await FakePageDaemon.ChannelAsync();
        var using_ = session.UseAsync(target, default);
        await AskAsync(daemon, _first, _second);

        foreach (var asked in (PageRequest[])[_first, _second])
        {
            Assert.Equal(asked, await HearAsync(source));
            await AnswerAsync(source, asked, fill: (byte)asked.Pages);
            Assert.Equal((asked.Answered(), (byte)asked.Pages), await GetAsync(daemon));
        }
        await AskAsync(daemon, new PageRequest(0x1024, 0, 0, 0));
        await daemon.Asks.ReadExactlyAsync(new byte[4]).AsTask().WithinLimitAsync("the word that all is well");
        daemon.End(allThere: true);

        Assert.Equal(3 * Page.Length, (await session.Result.WithinLimitAsync("the end")).Value.Bytes);
        Assert.Equal(0, await source.ReadAsync(new byte[1]));
        await source.EndAsync(default);
        await using_.WithinLimitAsync("the end of the connection");
        Assert.Empty(_order);
    }

    [Fact]
    public async Task what_a_broken_connection_has_not_answered_is_asked_again_on_the_next()
    {
        var (daemon, session) = await BeginAsync();
        var (broken, target) = await FakePageDaemon.ChannelAsync();
        var first = session.UseAsync(target, default);
        await AskAsync(daemon, _first);
        Assert.Equal(_first, await HearAsync(broken));
        // In the middle of a page: none of it may reach the daemon.
        var half = new byte[PageRequest.Length + 100];
        _first.Answered().Write(half);
        await broken.WriteAsync(half);
        await broken.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => first);

        var (source, next) = await FakePageDaemon.ChannelAsync();
        _ = session.UseAsync(next, default);

        Assert.Equal(_first, await HearAsync(source));
        await AnswerAsync(source, _first, fill: 5);
        Assert.Equal((_first.Answered(), (byte)5), await GetAsync(daemon));
        Assert.Empty(_order);
    }

    [Fact]
    public async Task a_source_without_memory_costs_the_copy_its_life_before_the_daemon_ends()
    {
        var (daemon, session) = await BeginAsync();
        var (source, target) = await FakePageDaemon.ChannelAsync();
        _ = session.UseAsync(target, default);
        await AskAsync(daemon, _first);
        await HearAsync(source);

        var gone = new byte[PageRequest.Length];
        _first.Gone().Write(gone);
        await source.WriteAsync(gone);

        Assert.Equal("MS2M-2410", (await session.Result.WithinLimitAsync("the loss")).Trouble?.Reason.Code);
        Assert.Equal(["killed"], _order);
    }

    [Fact]
    public async Task a_daemon_that_is_content_because_its_processes_were_killed_has_not_got_the_memory()
    {
        _endsWell = true;
        var (daemon, session) = await BeginAsync();
        var (source, target) = await FakePageDaemon.ChannelAsync();
        _ = session.UseAsync(target, default);
        await AskAsync(daemon, _first);
        await HearAsync(source);

        var gone = new byte[PageRequest.Length];
        _first.Gone().Write(gone);
        await source.WriteAsync(gone);

        Assert.Equal("MS2M-2410", (await session.Result.WithinLimitAsync("the loss")).Trouble?.Reason.Code);
    }

    [Fact]
    public async Task a_source_that_answers_something_else_is_not_believed()
    {
        var (daemon, session) = await BeginAsync();
        var (source, target) = await FakePageDaemon.ChannelAsync();
        var using_ = session.UseAsync(target, default);
        await AskAsync(daemon, _first);
        await HearAsync(source);

        await AnswerAsync(source, _first with { Address = 0xA000 }, fill: 9);

        await Assert.ThrowsAnyAsync<IOException>(() => using_.WithinLimitAsync("the refusal"));
        var (honest, next) = await FakePageDaemon.ChannelAsync();
        _ = session.UseAsync(next, default);
        Assert.Equal(_first, await HearAsync(honest));
        await AnswerAsync(honest, _first, fill: 1);
        Assert.Equal((_first.Answered(), (byte)1), await GetAsync(daemon));
    }

    [Fact]
    public async Task a_source_that_never_comes_is_not_waited_for_for_ever()
    {
        var (_, session) = await BeginAsync(TimeSpan.FromMilliseconds(200));

        Assert.Equal("MS2M-2411", (await session.Result.WithinLimitAsync("the loss")).Trouble?.Reason.Code);
        Assert.Equal(["killed"], _order);
    }

    [Fact]
    public async Task a_daemon_that_ends_too_early_or_cannot_be_understood_is_a_loss()
    {
        var (dying, one) = await BeginAsync();
        dying.End(allThere: false);
        Assert.Equal("MS2M-2411", (await one.Result.WithinLimitAsync("the loss")).Trouble?.Reason.Code);

        var (strange, other) = await BeginAsync();
        await AskAsync(strange, _first with { Address = 0x7001 });
        Assert.Equal("MS2M-2411", (await other.Result.WithinLimitAsync("the loss")).Trouble?.Reason.Code);
        Assert.Equal(["killed", "killed"], _order);
        await one.DisposeAsync();
    }

    [Fact]
    public async Task a_copy_that_cannot_be_killed_keeps_nobody_waiting_for_the_loss()
    {
        _daemon = await FakePageDaemon.StartAsync();
        _session = new PageSession(
            _daemon, () => throw new IOException("it lives on"), "node-a", TimeSpan.FromMilliseconds(200), TimeProvider.System);

        var lost = (await _session.Result.WithinLimitAsync("the loss")).Trouble;

        Assert.Equal("MS2M-2411", lost?.Reason.Code);
        Assert.Contains("it lives on", lost?.Reason.Message, StringComparison.Ordinal);
    }

    private async Task<(FakePageDaemon, PageSession)> BeginAsync(TimeSpan? patience = null)
    {
        _daemon = await FakePageDaemon.StartAsync();
        var daemon = _daemon;
        _session = new PageSession(
            daemon,
            async () =>
            {
                Assert.False(daemon.Ended is { IsCompletedSuccessfully: true, Result: true });
                _order.Add("killed");
                daemon.End(allThere: _endsWell);
                // Whoever waits for its end hears of it first.
                await Task.Delay(20);
            },
            "node-a", patience ?? TimeSpan.FromMinutes(1), TimeProvider.System);
        return (daemon, _session);
    }

    private static async Task AskAsync(FakePageDaemon daemon, params PageRequest[] requests)
    {
        var said = new byte[requests.Length * PageRequest.Length];
        for (var i = 0; i < requests.Length; i++)
            requests[i].Write(said.AsSpan(i * PageRequest.Length));
        await daemon.Asks.WriteAsync(said);
    }

    private static async Task<PageRequest> HearAsync(ChannelStream source)
    {
        var said = new byte[PageRequest.Length];
        await source.ReadExactlyAsync(said).AsTask().WithinLimitAsync("a question");
        return PageRequest.Read(said);
    }

    private static async Task AnswerAsync(ChannelStream source, PageRequest asked, byte fill)
    {
        var answer = new byte[PageRequest.Length + asked.Bytes];
        answer.AsSpan().Fill(fill);
        asked.Answered().Write(answer);
        await source.WriteAsync(answer);
    }

    private static async Task<(PageRequest Head, byte Content)> GetAsync(FakePageDaemon daemon)
    {
        var head = new byte[PageRequest.Length];
        await daemon.Asks.ReadExactlyAsync(head).AsTask().WithinLimitAsync("an answer");
        var pages = new byte[PageRequest.Read(head).Bytes];
        await daemon.Asks.ReadExactlyAsync(pages).AsTask().WithinLimitAsync("its pages");
        return (PageRequest.Read(head), Assert.Single(pages.Distinct()));
    }
}
