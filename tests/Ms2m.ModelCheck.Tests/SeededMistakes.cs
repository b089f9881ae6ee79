using Ms2m.ModelCheck.Checking;
using Ms2m.ModelCheck.Mutants;

namespace Ms2m.ModelCheck.Tests;

/// <summary>A check that finds nothing says little unless it finds what is there.</summary>
public sealed class SeededMistakes
{
    public static TheoryData<string> Mistakes => [.. Catalogue.All.Select(each => each.Mutant.Name)];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void a_seeded_mistake_is_found_and_told(string name)
    {
        var (mutant, bounds) = Catalogue.All.Single(each => each.Mutant.Name == name);

        var check = MutantCheck.Run(mutant, bounds);

        Assert.False(check.Holds, $"'{name}' was not found in {check.Verdict.States} states.");
        Assert.InRange(check.Verdict.Way.Count, 1, 40);
        Assert.Contains("      So ", check.Story, StringComparison.Ordinal);
        // The mistake, and not the bounds, is what is found.
        Assert.True(MutantCheck.Run(Mutant.None, bounds).Holds);
    }

    [Fact]
    public void a_way_found_by_chance_is_shortened()
    {
        var bounds = new Bounds { Messages = 10, Publishers = 2, Faults = 2, Kinds = Fault.SourceDies | Fault.Cancel };
        for (var seed = 1; ; seed++)
        {
            var scene = new Scene(bounds, new NoSkippingAfterACrash());
            var found = Exploring.RandomWalk.Run(scene, seed);
            if (found.Violation is null)
            {
                continue;
            }
            var shorter = Exploring.RandomWalk.Shrink(scene, found);
            Assert.NotNull(shorter.Violation);
            Assert.InRange(shorter.Way.Count, 1, found.Way.Count - 1);
            return;
        }
    }
}
