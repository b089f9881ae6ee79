using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Transfer.Channels;

/// <summary>What a target does with channels of one purpose.</summary>
public interface IChannelHandler
{
    /// <summary>The word in the path that names it.</summary>
    string Purpose { get; }

    /// <summary>Serves one channel; when it returns, this side ends, and the channel is closed when the other has ended.
    /// With an exception it breaks off, which the other side sees.</summary>
    /// <param name="cancel">The migration has no more use for it here, or the worker stops.</param>
    Task ServeAsync(Reservation reservation, ChannelStream channel, CancellationToken cancel);
}
