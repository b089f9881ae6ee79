using Ms2m.ModelCheck.Exploring;
using Ms2m.ModelCheck.Mutants;

namespace Ms2m.ModelCheck.Checking;

/// <summary>Whether the explorer finds a seeded mistake.</summary>
internal static class MutantCheck
{
    public static Check Run(Mutant mutant, Bounds bounds)
    {
        var scene = new Scene(bounds, mutant);
        var verdict = BreadthFirst.Run(scene);
        return new Check(mutant.Name, bounds, verdict, verdict.Violation is null ? null : Storyteller.Tell(scene, verdict));
    }
}
