using System.Globalization;

namespace Ms2m.LogTool;

/// <summary>Times as people write them.</summary>
internal static class Times
{
    /// <summary>A date, a time (UTC unless it says otherwise), or how long ago: 7d, 12h, 30m.</summary>
    public static DateTimeOffset? Read(string? text, DateTimeOffset now) =>
        text is null ? null
        : text.Length > 1 && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number is >= 0 and < 100_000 && Unit(text[^1]) is { } unit
            ? now - (number * unit)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
        : throw new LogRefusedException(LogFailures.NotATime(text), ExitCodes.Usage);

    private static TimeSpan? Unit(char letter) => letter switch
    {
        'd' => TimeSpan.FromDays(1),
        'h' => TimeSpan.FromHours(1),
        'm' => TimeSpan.FromMinutes(1),
        's' => TimeSpan.FromSeconds(1),
        _ => null,
    };
}
