using Ms2m.Contracts;

namespace Ms2m.Eval.Chaos;

/// <summary>How a moment is made to last by physical means, so that the fault lands in it.</summary>
/// <param name="Rate">What comes to the target comes as slowly as this; null for as fast as it can.</param>
/// <param name="Since">Only from this moment on.</param>
/// <param name="MaxBytesPerSecond">What the request allows on the wire.</param>
internal sealed record Lasting(
    string? Rate = null, Moment? Since = null, long? MaxBytesPerSecond = null,
    TransferCompression Compression = TransferCompression.Auto)
{
    /// <summary>Forty megabytes then take four seconds.</summary>
    private const string Slow = "80mbit";

    /// <summary>While forty megabytes go over the source does so much that replaying it takes seconds.</summary>
    private const string LagMaking = "60mbit";

    public static Lasting Of(Variant variant, Moment moment) => moment switch
    {
        Moment.PreCopying => new(Slow),
        // Less than a megabyte is left of forty: as slow all the time, and they would not come within minutes.
        Moment.Transferring when variant.Transfer == TransferMode.Delta => new("2mbit", Since: Moment.Checkpointing),
        // The push does not go to the target.
        Moment.Transferring when variant.Transfer == TransferMode.Registry => new(MaxBytesPerSecond: 10_000_000),
        // Without its memory a process is a megabyte, and a hundred kilobytes when it is compressed.
        Moment.Transferring when variant.Move.PostCopy => new("1mbit", Compression: TransferCompression.None),
        // Half a megabyte then takes four seconds.
        Moment.Transferring when variant.Server is not null => new("1mbit"),
        Moment.Transferring or Moment.Pulling => new(Slow),
        Moment.Restoring or Moment.Committed or Moment.FetchingPages or Moment.RollingBack when variant.Move.PostCopy => new(Slow),
        Moment.Replaying or Moment.Finalizing or Moment.RollingBack when variant.Replays => new(LagMaking),
        _ => new(),
    };

    /// <summary>How the checkpoint travels then.</summary>
    public TransferOptions? In(Variant variant) => this is { MaxBytesPerSecond: null, Compression: TransferCompression.Auto }
        ? variant.Move.Transfer
        : (variant.Move.Transfer ?? new TransferOptions()) with { MaxBytesPerSecond = MaxBytesPerSecond, Compression = Compression };
}
