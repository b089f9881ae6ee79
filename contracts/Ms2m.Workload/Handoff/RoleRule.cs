using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>What an instance remembers of itself.</summary>
/// <param name="MigrationId">The migration whose journal it writes or follows.</param>
internal sealed record Memory(string Workload, InstanceRole Role, long Epoch, Guid? MigrationId);

/// <summary>What an instance is, after it has read its instance file.</summary>
internal enum Standing
{
    /// <summary>Active: consume Q.</summary>
    Serve,

    /// <summary>A restored copy of an active instance: forget the deliveries, follow the journal.</summary>
    BecomeShadow,

    /// <summary>A shadow as before.</summary>
    Follow,

    /// <summary>Promoted by the file: the command did not come through.</summary>
    Promote,

    /// <summary>Never touch the broker again.</summary>
    Retire,

    /// <summary>A shadow whose memory is not a copy of the source's: it can follow nothing, and says so.</summary>
    Stranded,

    /// <summary>The file cannot be meant for this memory: wait for another, touch nothing.</summary>
    Distrust,
}

/// <summary>The higher epoch knows better. At the same epoch the file's role wins, because the memory may be a copy of
/// another instance's.</summary>
internal static class RoleRule
{
    /// <param name="began">When this process was started.</param>
    public static Standing Decide(Memory? memory, InstanceFile file, DateTimeOffset began)
    {
        if (file.Role == InstanceRole.Shadow && file.MigrationId is null)
        {
            return Standing.Distrust;
        }
        if (memory is null)
        {
            // The one that was let in is no more: what it had in memory is gone, and whether this one may begin without it
            // is not for this one to say.
            if (file.LetInAt < began)
            {
                return Standing.Distrust;
            }
            return file.Role switch
            {
                InstanceRole.Active => Standing.Serve,
                InstanceRole.Shadow => Standing.Stranded,
                _ => Standing.Retire,
            };
        }
        if (memory.Workload != file.Workload)
        {
            return Standing.Distrust;
        }
        if (memory.Epoch > file.Epoch)
        {
            return memory.Role == InstanceRole.Active ? Standing.Serve : Standing.Follow;
        }
        return (memory.Role, file.Role) switch
        {
            (_, InstanceRole.Retired) => Standing.Retire,
            (InstanceRole.Active, InstanceRole.Active) => Standing.Serve,
            (InstanceRole.Active, InstanceRole.Shadow) =>
                memory.MigrationId == file.MigrationId ? Standing.BecomeShadow : Standing.Stranded,
            (_, InstanceRole.Shadow) => memory.MigrationId == file.MigrationId ? Standing.Follow : Standing.Stranded,
            // Two active instances of one epoch are what epochs prevent: a shadow becomes active by a higher one only.
            (_, InstanceRole.Active) => file.Epoch > memory.Epoch ? Standing.Promote : Standing.Distrust,
            _ => Standing.Distrust,
        };
    }
}
