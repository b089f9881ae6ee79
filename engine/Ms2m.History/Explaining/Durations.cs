using System.Globalization;

namespace Ms2m.History.Explaining;

/// <summary>Durations and what they were spent on, in words.</summary>
public static class Durations
{
    public static string Text(double ms) => ms switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms"),
        < 999.5 => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
        < 99_995 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1_000:0.00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 60_000:0.0} min"),
    };

    public static string Words(WaitingOn on) => on switch
    {
        WaitingOn.StoreCommit => "store commit",
        WaitingOn.BrokerHop => "broker hop",
        WaitingOn.Freeze => "CRIU freeze",
        WaitingOn.Dump => "dump",
        WaitingOn.Network => "network",
        WaitingOn.Restore => "restore",
        WaitingOn.Work => "work",
        WaitingOn.Replay => "replay",
        WaitingOn.Engine => "engine",
        WaitingOn.RetryPause => "pause before the next attempt",
        WaitingOn.Silence => "no answer until the deadline",
        WaitingOn.Turn => "waiting for a turn",
        WaitingOn.CommandWorkAndAnswer => "command, work and answer",
        _ => "nothing the log names",
    };
}
