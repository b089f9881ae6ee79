namespace Ms2m.Architecture.Tests;

/// <summary>One idea a file. Every code base grows one monster at its centre unless something stops it.</summary>
public sealed class FilesStaySmall
{
    private const int MostLines = 400;

    [Fact]
    public void no_source_file_is_longer_than_a_person_reads_at_once()
    {
        var tooLong = Repository.Files.WithExtension(".cs", ".sql", ".py").Concat(Repository.ShellScripts())
            .Select(file => (file, lines: Repository.Read(file).Count(letter => letter == '\n')))
            .Where(one => one.lines > MostLines)
            .Select(one => $"{one.file}: {one.lines} lines, at most {MostLines}")
            .ToList();
        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }

    [Fact]
    public void no_file_is_named_for_being_useful()
    {
        string[] saysNothing = ["Util", "Helper", "Manager", "Common", "Misc"];
        var named = Repository.Files.WithExtension(".cs", ".sh", ".sql", ".csproj")
            .Where(file => saysNothing.Any(word => Path.GetFileName(file).Contains(word, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        Assert.True(named.Count == 0, "A name says what is inside: " + string.Join(", ", named));
    }

    [Fact]
    public void product_code_holds_no_promise_of_code()
    {
        string[] promises = ["TODO", "FIXME", "HACK", "XXX", "NotImplementedException"];
        var found =
            from file in Repository.ProductFiles.WithExtension(".cs", ".sql", ".sh").Concat(Repository.ShellScripts())
            let text = Repository.Read(file)
            from promise in promises
            where text.Contains(promise, StringComparison.Ordinal)
            select $"{file}: {promise}";
        Assert.Empty(found.Distinct());
    }

    [Fact]
    public void tests_wait_for_events_and_never_sleep()
    {
        // In two pieces, or this file would be found.
        const string sleep = "Thread" + ".Sleep";
        var found = Repository.Files.WithExtension(".cs")
            .Where(file => file.StartsWith("tests/", StringComparison.Ordinal))
            .Where(file => Repository.Read(file).Contains(sleep, StringComparison.Ordinal));
        Assert.Empty(found);
    }
}
