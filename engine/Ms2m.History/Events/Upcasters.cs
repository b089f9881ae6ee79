using System.Text.Json.Nodes;
using Ms2m.Contracts;

namespace Ms2m.History.Events;

/// <summary>How events of earlier schema versions are read. None is ever removed: what was written stays written.</summary>
internal static class Upcasters
{
    /// <summary>checkpoint_taken, 1 to 2: a freeze of unknown length was written as 0, and looked like the shortest of all.</summary>
    public static JsonObject UnknownFreezeIsAbsent(JsonObject data)
    {
        if (data[nameof(CheckpointTaken.FrozenMs)]?.GetValue<double>() == 0)
        {
            data[nameof(CheckpointTaken.FrozenMs)] = null;
        }

        return data;
    }
}
