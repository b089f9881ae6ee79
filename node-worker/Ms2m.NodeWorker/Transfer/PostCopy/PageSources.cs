using System.Collections.Concurrent;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>Hands over the memory of containers that stand still here, to the nodes on which their copies are. It only answers,
/// so a connection that breaks costs nothing but another one.</summary>
public sealed class PageSources(
    WorkerOptions options, ChannelOpener opener, TimeProvider time, ILogger<PageSources> log, PagePatience? patience = null)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    private readonly PagePatience _patience = patience ?? PagePatience.Usual;
    private readonly ConcurrentDictionary<Guid, Offer> _offers = new();

    /// <summary>From now on, and until the target needs no more or nothing has been heard of it for too long.</summary>
    public async Task OfferAsync(Guid migrationId, TransferOrder order, LiveContainer container)
    {
        await EndAsync(migrationId);
        var memory = FrozenMemory.Open(container);
        var stop = new CancellationTokenSource();
        _offers[migrationId] = new Offer(stop, Task.Run(() => ServeAsync(migrationId, order, memory, stop.Token)));
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
                    if (await AnswerAsync(migrationId, channel, memory, cancel))
                        return;
                    // All may be there, or the target begins the restore anew: in the one case nobody lets this side in any more.
                    (heard, pause) = (time.GetTimestamp(), Longest / 16);
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

    /// <returns>Whether there is nothing that could be asked for again.</returns>
    private async Task<bool> AnswerAsync(Guid migrationId, ChannelStream channel, FrozenMemory memory, CancellationToken cancel)
    {
        var head = new byte[PageRequest.Length];
        var answer = new byte[PageRequest.Length + PageRequest.MostPages * Page.Length];
        var (pages, gone) = (0L, false);
        try
        {
            while (await channel.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) == head.Length)
            {
                var request = PageRequest.Read(head);
                // A target does not say such a thing, and no answer is better than a wrong one.
                if (!request.IsSound)
                    return false;
                gone = !memory.TryRead(request.Process, request.Address, answer.AsSpan(PageRequest.Length, request.Bytes));
                (gone ? request.Gone() : request.Answered()).Write(answer);
                await channel.WriteAsync(answer.AsMemory(0, PageRequest.Length + (gone ? 0 : request.Bytes)), cancel);
                if (gone)
                    break;
                pages += request.Pages;
            }
            await channel.EndBothAsync(cancel);
            PageLog.HandedOver(log, migrationId, pages, gone);
            return gone;
        }
        catch (IOException e)
        {
            PageLog.Broke(log, migrationId, e.Message);
            return false;
        }
        finally
        {
            Array.Clear(answer);
        }
    }

    private sealed record Offer(CancellationTokenSource Stop, Task Serving);
}

/// <param name="Source">How long a source that cannot reach the target tries on.</param>
/// <param name="Target">How long a target that hears nothing waits before it gives the memory up for lost.</param>
public sealed record PagePatience(TimeSpan Source, TimeSpan Target)
{
    public static readonly PagePatience Usual = new(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(60));
}
