using System.Text.RegularExpressions;

namespace Ms2m.EventLog.Streams;

/// <summary>Marten's name of an event type: <c>MigrationStarted</c> becomes <c>migration_started</c>. Digits count as
/// capitals there (<c>Ms2mDone</c> becomes <c>ms_2m_done</c>), so event names better have none.</summary>
public static partial class EventAlias
{
    public static string Of(Type type)
    {
        var words = AfterAcronym().Replace(type.Name, "$1 $2");
        words = AfterLower().Replace(words, "$1 $2");
        return words.Replace(' ', '_').ToLowerInvariant();
    }

    [GeneratedRegex(@"(\P{Ll})(\P{Ll}\p{Ll})", RegexOptions.CultureInvariant)]
    private static partial Regex AfterAcronym();

    [GeneratedRegex(@"(\p{Ll})(\P{Ll})", RegexOptions.CultureInvariant)]
    private static partial Regex AfterLower();
}
