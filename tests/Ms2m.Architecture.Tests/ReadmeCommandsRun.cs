using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ms2m.Architecture.Tests;

/// <summary>What the documents tell a stranger to type or to read must exist.</summary>
public sealed partial class ReadmeCommandsRun
{
    public static TheoryData<string> Documents => [.. Repository.Files.WithExtension(".md")];

    [Fact]
    public async Task every_command_in_the_documents_is_in_the_help()
    {
        var help = await HelpText();
        var verbs = Command().Matches(help).Select(match => match.Groups["verb"].Value).ToHashSet();
        Assert.NotEmpty(verbs);
        foreach (var document in Repository.Files.WithExtension(".md"))
        {
            foreach (Match used in Typed().Matches(Repository.Read(document)))
            {
                var verb = used.Groups["verb"].Value;
                Assert.True(verbs.Contains(verb), $"{document} says './ms2m {verb}', which './ms2m help' does not know.");
            }
        }
    }

    [Fact]
    public async Task every_command_in_the_help_is_understood_by_the_script()
    {
        var script = Repository.Read("ms2m");
        var cases = script[script.IndexOf("case $verb in", StringComparison.Ordinal)..];
        foreach (Match offered in Command().Matches(await HelpText()))
        {
            Assert.Matches($@"(^|[ |]){offered.Groups["verb"].Value}( \||\))", cases);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void every_link_to_a_file_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(document) ?? "";
        foreach (Match link in Link().Matches(Repository.Read(document)))
        {
            var target = link.Groups["target"].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)
                || target.StartsWith("mailto:", StringComparison.Ordinal))
            {
                continue;
            }

            Assert.True(Repository.Exists(Path.Combine(folder, target)), $"{document} links to {target}, which is not there.");
        }
    }

    private static async Task<string> HelpText()
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "ms2m"), ["help"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    [GeneratedRegex(@"^  ms2m (?<verb>[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"\./ms2m (?<verb>[a-z][a-z-]*)")]
    private static partial Regex Typed();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
