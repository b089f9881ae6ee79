using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Channels;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>The connections on which memory comes.</summary>
public sealed class PagesChannel(ComingPages pages) : IChannelHandler
{
    public const string Word = "pages";

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(320);

    public string Purpose => Word;

    public async Task ServeAsync(Reservation reservation, ChannelStream channel, CancellationToken cancel)
    {
        // The source opens it before anybody has been told to restore. It ends with the reservation, if nobody ever is.
        PageSession? session;
        for (var pause = _pause; (session = pages.Of(reservation.MigrationId)) is null; pause = pause < _longest ? pause * 2 : _longest)
            await Task.Delay(pause, cancel);
        await session.UseAsync(channel, cancel);
    }
}
