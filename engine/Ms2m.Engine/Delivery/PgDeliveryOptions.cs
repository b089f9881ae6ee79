namespace Ms2m.Engine.Delivery;

/// <summary>How messages leave. The defaults suit the lab and production.</summary>
public sealed class PgDeliveryOptions
{
    /// <summary>How long the broker may take to confirm one message. Longer than a broker restart: a send waits for the
    /// connection to come back.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From this age on a message in the outbox counts as left behind and is sent by whoever finds it. Smaller
    /// recovers sooner from a crash, and sends more messages twice when the broker is slow.</summary>
    public TimeSpan LeftBehindAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often to look for messages left behind.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A message that nobody takes is given up after this time, with an error in the log. Longer than any
    /// deadline of a step, so that giving up loses nothing that is still waited for.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long handled messages are remembered. Must be longer than the broker may hold back a repeat; costs
    /// about 100 bytes a message.</summary>
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often to look for timers that other engines stored. Timers of this engine do not wait for it.</summary>
    public TimeSpan TimerPoll { get; set; } = TimeSpan.FromMilliseconds(500);
}
