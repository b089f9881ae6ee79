using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Tests.Transfer.PostCopy;

/// <summary>The source's side of memory that follows, over a real wire. What stands still is this process.</summary>
public sealed class PageSourcesTests : IDisposable
{
    private const int Bytes = PageRequest.MostPages * Page.Length;

    private static readonly byte[] _memory = Filled();

    private readonly RecordedLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task a_wire_that_goes_silent_in_the_middle_of_an_answer_is_noticed_and_another_one_is_opened()
    {
        var (served, asked, again) = (0, new TaskCompletionSource(), new TaskCompletionSource<byte[]>());
        await using var stage = await TransferStage.OpenAsync(purpose: PagesChannel.Word, channel: async (_, channel, cancel) =>
        {
            var mine = Interlocked.Increment(ref served);
            await AskAsync(channel, Here(), cancel);
            if (mine == 1)
            {
                asked.SetResult();
                // It does not read, so that the source cannot get its answer off.
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            }
            var answer = new byte[PageRequest.Length + Bytes];
            await channel.ReadExactlyAsync(answer, cancel);
            again.TrySetResult(answer);
        });
        await using var wire = new BreakingWire(stage.Url, int.MaxValue);
        var sources = Offer(stage, wire.Url, TimeSpan.FromMinutes(2));
        await asked.Task.WithinLimitAsync("the first question");
        // Until nothing more goes over it: the answer is stuck in the middle.
        for (var passed = -1L; passed != wire.Passed; await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, default))
            passed = wire.Passed;

        wire.IsSilent = true;
        await Eventually.HoldsAsync("the break", () => Said("broke"));
        wire.IsSilent = false;

        var answer = await again.Task.WithinLimitAsync("the answer on the next connection");
        Assert.True(answer.AsSpan(PageRequest.Length).IndexOfAnyExcept((byte)7) < 0);
        await sources.EndOfAsync("c1").WithinLimitAsync("the end");
    }

    [Fact]
    public async Task a_target_that_asks_what_is_not_there_to_be_asked_is_not_listened_to_for_ever()
    {
        var served = 0;
        await using var stage = await TransferStage.OpenAsync(purpose: PagesChannel.Word, channel: async (_, channel, cancel) =>
        {
            Interlocked.Increment(ref served);
            await AskAsync(channel, Here() with { Pages = 0 }, cancel);
            await channel.ReadExactlyAsync(new byte[1], cancel);
        });
        // Time for a second try also when this process stands still for a moment.
        Offer(stage, stage.Url, patience: TimeSpan.FromSeconds(4));

        await Eventually.HoldsAsync("the end", () => Said("has not asked for memory for too long"));

        Assert.True(served > 1);
    }

    private static PageRequest Here()
    {
        var at = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0).ToInt64();
        var number = FrozenMemory.NumberInside(File.ReadAllText("/proc/self/status"))!.Value;
        return new PageRequest(7, PageRequest.MostPages, (at + Page.Length - 1) / Page.Length * Page.Length, number);
    }

    private static byte[] Filled()
    {
        // A page more, so that whole pages are among it.
        var memory = GC.AllocateArray<byte>(Bytes + Page.Length, pinned: true);
        memory.AsSpan().Fill(7);
        return memory;
    }

    private static async Task AskAsync(ChannelStream channel, PageRequest request, CancellationToken cancel)
    {
        var said = new byte[PageRequest.Length];
        request.Write(said);
        await channel.WriteAsync(said, cancel);
    }

    private PageSources Offer(TransferStage stage, Uri url, TimeSpan patience)
    {
        var sources = new PageSources(
            stage.Options, new ChannelOpener(stage.Source, TimeProvider.System, TransferStage.Short), TimeProvider.System,
            new Logger<PageSources>(new LoggerFactory([_log])), new PagePatience(patience, patience));
        sources.Offer(
            stage.MigrationId, new TransferOrder(url, TransferStage.TargetNode, TransferStage.Token, long.MaxValue), "c1",
            FrozenMemory.Open([Environment.ProcessId]));
        return sources;
    }

    private bool Said(string what) => _log.Lines.Any(line => line.Contains(what, StringComparison.Ordinal));
}
