using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Ms2m.Kubernetes.Http;

/// <summary>The server's Warning headers (299), each text once: it repeats them with every call.</summary>
internal sealed partial class Warnings
{
    // A server that thinks of ever new ones may not fill our memory.
    private const int Most = 100;

    private readonly HashSet<string> _told = [];

    public IEnumerable<string> New(HttpResponseHeaders headers) =>
        headers.NonValidated.TryGetValues("Warning", out var values) ? [.. values.Select(Text).OfType<string>().Where(IsNew)] : [];

    private bool IsNew(string warning)
    {
        lock (_told)
        {
            return _told.Count < Most && _told.Add(warning);
        }
    }

    private static string? Text(string value) =>
        Form().Match(value) is { Success: true } match ? Escape().Replace(match.Groups[1].Value, "$1") : null;

    [GeneratedRegex("""^299 [^ ]+ "((?:[^"\\]|\\.)*)"$""", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
