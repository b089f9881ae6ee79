using System.Collections.Concurrent;
using System.Threading.Channels;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>Hands over the memory of containers that stand still here, to the nodes on which their copies are. It only answers,
/// so a connection that breaks costs nothing but another one.</summary>
public sealed class PageSources(
    WorkerOptions options, ChannelOpener opener, TimeProvider time, ILogger<PageSources> log, PagePatience? patience = null)
{
    /// <summary>That may wait for their answers. CRIU's daemon asks for a few at a time.</summary>
    private const int MostQuestions = 16 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    private readonly PagePatience _patience = patience ?? PagePatience.Usual;
    private readonly ConcurrentDictionary<Guid, Offering> _offers = new();

    /// <summary>From now on, and until the target needs no more or nothing has been heard of it for too long.</summary>
    public async Task OfferAsync(Guid migrationId, TransferOrder order, LiveContainer container)
    {
        await EndAsync(migrationId);
        Offer(migrationId, order, container.Id, FrozenMemory.Open(container));
    }

    internal void Offer(Guid migrationId, TransferOrder order, string container, FrozenMemory memory)
    {
        var stop = new CancellationTokenSource();
        _offers[migrationId] = new Offering(container, stop, Task.Run(() => ServeAsync(migrationId, order, memory, stop.Token)));
    }

    /// <summary>When it returns nobody reads there any more. Before the container may run on.</summary>
    public async Task EndAsync(Guid migrationId)
    {
        if (!_offers.TryRemove(migrationId, out var offer))
            return;
        await offer.Stop.CancelAsync();
        await offer.Serving;
        offer.Stop.Dispose();
    }

    /// <summary>The same for a container, whichever migration it was that wanted its memory.</summary>
    public async Task EndOfAsync(string container)
    {
        foreach (var (migrationId, _) in _offers.Where(one => one.Value.Container == container))
            await EndAsync(migrationId);
    }

    private async Task ServeAsync(Guid migrationId, TransferOrder order, FrozenMemory memory, CancellationToken cancel)
    {
        using var _ = memory;
        try
        {
            var pause = Longest / 32;
            for (var heard = time.GetTimestamp(); time.GetElapsedTime(heard) < _patience.Source; pause = pause < Longest ? pause * 2 : Longest)
            {
                var opened = await opener.OpenAsync(order, PagesChannel.Word, cancel);
                if (opened.Failed)
                {
                    PageLog.NotOpened(log, migrationId, opened.Trouble.Reason.Message);
                }
                else
                {
                    await using var channel = opened.Value;
                    var said = await AnswerAsync(migrationId, channel, memory, cancel);
                    if (said == Said.Gone)
                        return;
                    // All may be there, or the target begins the restore anew: in the one case nobody lets this side in any
                    // more. One that talks nonsense is not waited for any longer for that.
                    (heard, pause) = (said == Said.Sense ? time.GetTimestamp() : heard, Longest / 16);
                }
                await Task.Delay(pause, time, cancel);
            }
            PageLog.Unasked(log, migrationId, order.TargetNode);
        }
        catch (OperationCanceledException)
        {
            // The container is removed, or is to run on.
        }
        catch (Exception e)
        {
            PageLog.Failed(log, migrationId, options.Node, e);
        }
    }

    private async Task<Said> AnswerAsync(Guid migrationId, ChannelStream channel, FrozenMemory memory, CancellationToken cancel)
    {
        var answer = new byte[PageRequest.Length + PageRequest.MostPages * Page.Length];
        var (pages, gone) = (0L, false);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var asked = Channel.CreateBounded<PageRequest>(MostQuestions);
        // Also while an answer is on its way: by reading alone is it known that nobody is there any more.
        var hearing = HearAsync(channel, asked.Writer, ends.Token);
        try
        {
            await foreach (var request in asked.Reader.ReadAllAsync(cancel))
            {
                gone = !memory.TryRead(request.Process, request.Address, answer.AsSpan(PageRequest.Length, request.Bytes));
                (gone ? request.Gone() : request.Answered()).Write(answer);
                await channel.WriteAsync(answer.AsMemory(0, PageRequest.Length + (gone ? 0 : request.Bytes)), cancel);
                if (gone)
                    break;
                pages += request.Pages;
            }
            await channel.EndAsync(cancel);
            await hearing;
            PageLog.HandedOver(log, migrationId, pages, gone);
            return gone ? Said.Gone : Said.Sense;
        }
        catch (InvalidDataException e)
        {
            PageLog.Broke(log, migrationId, e.Message);
            return Said.Nonsense;
        }
        catch (IOException e)
        {
            PageLog.Broke(log, migrationId, e.Message);
            return Said.Sense;
        }
        finally
        {
            await ends.CancelAsync();
            await hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Array.Clear(answer);
        }
    }

    /// <summary>Until the target has ended.</summary>
    private static async Task HearAsync(ChannelStream channel, ChannelWriter<PageRequest> asked, CancellationToken cancel)
    {
        var head = new byte[PageRequest.Length];
        try
        {
            while (await channel.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) == head.Length)
            {
                var request = PageRequest.Read(head);
                // A target does not say such a thing, and no answer is better than a wrong one.
                if (!request.IsSound || !asked.TryWrite(request))
                    throw new InvalidDataException("The target asks what cannot be answered.");
            }
            asked.Complete();
        }
        catch (Exception e)
        {
            asked.Complete(e);
            throw;
        }
    }

    private enum Said
    {
        Sense,
        Nonsense,

        /// <summary>This side, that there is no memory any more: nothing could be asked for again.</summary>
        Gone,
    }

    private sealed record Offering(string Container, CancellationTokenSource Stop, Task Serving);
}

/// <param name="Source">How long a source that cannot reach the target tries on.</param>
/// <param name="Target">How long a target that hears nothing waits before it gives the memory up for lost.</param>
public sealed record PagePatience(TimeSpan Source, TimeSpan Target)
{
    public static readonly PagePatience Usual = new(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(60));
}
