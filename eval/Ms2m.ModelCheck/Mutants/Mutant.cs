using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;
using Ms2m.Workload;

namespace Ms2m.ModelCheck.Mutants;

/// <summary>A seeded mistake, put around the real parts; the product has no switch for it. This one makes none.</summary>
internal class Mutant
{
    public static readonly Mutant None = new();

    public virtual string Name => "none";

    /// <summary>Entries go out before the effects instead of behind them.</summary>
    public virtual bool EntriesFirst => false;

    /// <summary>A message on its way into the pure part.</summary>
    public virtual Message Delivered(Message message, Item item, Process to) => message;

    /// <summary>A line on its way to J.</summary>
    public virtual Line Written(Line line) => line;

    /// <summary>What the instance file makes of a memory.</summary>
    public virtual Standing Standing(Standing decided, InstanceFile file) => decided;

    /// <summary>The connection is gone.</summary>
    public virtual void Lost(Instance memory)
    {
    }

    /// <summary>The memory has taken an input.</summary>
    public virtual void Went(Instance memory)
    {
    }

    /// <summary>The memory wakes up as a copy.</summary>
    public virtual void Restoring(Instance memory)
    {
    }

    /// <summary>What the engine sends at once besides, or instead, when it sends a command.</summary>
    public virtual IEnumerable<IMigrationMessage> Sent(IMigrationMessage command, string shadow) => [command];

    /// <summary>Whether a command is lost and the engine takes it for done.</summary>
    public virtual IMigrationMessage? Pretended(IMigrationMessage command) => null;
}
