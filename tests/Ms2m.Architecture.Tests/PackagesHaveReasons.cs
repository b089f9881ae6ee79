using System.Xml.Linq;

namespace Ms2m.Architecture.Tests;

/// <summary>A dependency is a decision: it stands in one place, with its reason, and goes when nobody uses it.</summary>
public sealed class PackagesHaveReasons
{
    private static readonly XDocument Versions = XDocument.Parse(Repository.Read("Directory.Packages.props"));

    private static IEnumerable<string> Pinned => Versions.Descendants("PackageVersion").Select(Name);

    [Fact]
    public void every_package_is_used()
    {
        var used = ProjectFile.All.SelectMany(project => project.Packages)
            .Concat(XDocument.Parse(Repository.Read("tests/Directory.Build.props"))
                .Descendants("PackageReference").Select(Name))
            .ToHashSet();
        Assert.Subset(used, Pinned.ToHashSet());
    }

    [Fact]
    public void every_package_has_a_reason_above_it_or_above_its_group()
    {
        var group = Versions.Descendants("PackageVersion").First().Parent!;
        var reasoned = false;
        string? family = null;
        foreach (var node in group.Nodes())
        {
            if (node is XComment)
            {
                (reasoned, family) = (true, null);
            }
            else if (node is XElement package)
            {
                // A reason covers the packages of one family that follow it directly.
                family ??= Family(package);
                Assert.True(reasoned && Family(package) == family, $"{Name(package)} has no reason above it.");
            }
        }
    }

    [Fact]
    public void no_project_pins_a_version_of_its_own()
    {
        foreach (var project in ProjectFile.All)
        {
            var own = XDocument.Parse(Repository.Read(project.Path)).Descendants("PackageReference")
                .Where(package => package.Attribute("Version") is not null);
            Assert.Empty(own);
        }
    }

    private static string Name(XElement package) => package.Attribute("Include")!.Value;

    private static string Family(XElement package) => Name(package).Split('.')[0];
}
