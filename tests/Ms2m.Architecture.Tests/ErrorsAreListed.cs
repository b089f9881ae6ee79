using System.Text.RegularExpressions;

namespace Ms2m.Architecture.Tests;

/// <summary>docs/errors.md is the one list of all codes.</summary>
public sealed partial class ErrorsAreListed
{
    [Fact]
    public void every_code_in_the_product_is_in_the_list_and_every_code_in_the_list_is_in_the_product()
    {
        var product = Codes(Repository.ProductFiles.WithExtension(".cs").Select(Repository.Read));
        var listed = Codes([Repository.Read("docs/errors.md")]);

        Assert.NotEmpty(product);
        Assert.Equal(product, listed);
    }

    [Fact]
    public void a_code_means_one_thing()
    {
        var rows = Row().Matches(Repository.Read("docs/errors.md")).Select(match => match.Groups["code"].Value).ToList();

        Assert.NotEmpty(rows);
        Assert.Empty(rows.GroupBy(code => code).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    private static SortedSet<string> Codes(IEnumerable<string> texts) =>
        new(texts.SelectMany(text => Code().Matches(text)).Select(match => match.Value), StringComparer.Ordinal);

    [GeneratedRegex(@"^\| (?<code>MS2M-[0-9]{4}) ", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("MS2M-[0-9]{4}", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
