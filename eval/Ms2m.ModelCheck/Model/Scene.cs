using Ms2m.Contracts;
using Ms2m.ModelCheck.Mutants;
using Ms2m.ModelCheck.Parts;

namespace Ms2m.ModelCheck;

/// <summary>What all states of one check share: the bounds and the tables of parts.</summary>
internal sealed class Scene
{
    public Scene(Bounds bounds, Mutant? mutant = null)
    {
        Bounds = bounds;
        Mutant = mutant ?? Mutant.None;
        Processes = new Processes(Messages, Mutant, bounds.Window, bounds.Failing);
        Engines = new Engines(Messages, Mutant, bounds.OnSourceSilent);
    }

    public Bounds Bounds { get; }

    public Mutant Mutant { get; }

    public Numbers<IMigrationMessage> Messages { get; } = new();

    public Processes Processes { get; }

    public Engines Engines { get; }

    public World Begin()
    {
        var world = new World(this);
        world.Begin();
        return world;
    }
}
