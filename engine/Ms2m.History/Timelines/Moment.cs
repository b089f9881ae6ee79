using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Ms2m.History.Timelines;

/// <summary>A moment in a migration, as a person names it: an event's number, a time since the start such as <c>+1.5s</c> or
/// <c>+350ms</c>, or a time of day in ISO 8601.</summary>
public abstract partial record Moment
{
    private Moment()
    {
    }

    /// <summary>Right after the event of this number.</summary>
    public sealed record AtEvent(long Number) : Moment;

    public sealed record Since(double Ms) : Moment;

    public sealed record TimeOfDay(DateTimeOffset Time) : Moment;

    public static bool TryParse(string text, [NotNullWhen(true)] out Moment? moment)
    {
        var offset = Offset().Match(text);
        moment = offset.Success ? new Since(double.Parse(offset.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * offset.Groups[2].Value switch
        {
            "ms" => 1,
            "min" => 60_000,
            _ => 1_000,
        })
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new AtEvent(number)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? new TimeOfDay(time)
            : null;
        return moment is not null;
    }

    /// <summary>How many of a migration's events have happened at the moment.</summary>
    public int EventsOf(MigrationHistory history) => history.Events.TakeWhile(one => this switch
    {
        AtEvent at => one.Number <= at.Number,
        Since since => one.SinceMs <= since.Ms,
        TimeOfDay day => one.Recorded.Timestamp <= day.Time,
        _ => throw new InvalidOperationException($"There is no moment like {this}."),
    }).Count();

    [GeneratedRegex(@"^\+([0-9]+(?:\.[0-9]+)?)(ms|s|min)$", RegexOptions.CultureInvariant)]
    private static partial Regex Offset();
}
