using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;
using Ms2m.Workload;

namespace Ms2m.ModelCheck;

/// <summary>What must hold: always, at each event, and at the end.</summary>
internal sealed partial class World
{
    private const Happened MayRollBack = Happened.SourceDied | Happened.ShadowDied | Happened.Cancelled | Happened.Early
        | Happened.ReplayVanished | Happened.CutOff;

    private bool IsTheLast => Deciding.Migration + 1 == scene.Bounds.Migrations;

    private bool Has(Happened any) => (Happened & any) != 0;

    private void CheckAlways()
    {
        if (SourceProcess is { } source && ShadowProcess is { } shadow)
        {
            if (source.Consuming && shadow.Consuming)
            {
                Violation ??= "source and shadow consume Q at the same time";
            }
            else if (shadow.Consuming && source is { InHand: >= 0 })
            {
                Violation ??= "the shadow consumes Q while the source is in a handler";
            }
        }
        // The source comes back when everybody has stopped waiting for it.
        if (Has(WorldFlags.SourceCutOff) && Deciding.HasEnded)
        {
            Set(WorldFlags.SourceCutOff, false);
        }
    }

    private void CheckEffect(int message)
    {
        if (Effects[message] > 1 && !Has(Happened.LinkLost | Happened.SourceDied | Happened.ShadowDied))
        {
            Violation ??= $"the effects of m{message} are sent twice, and nothing has died";
        }
    }

    private void CheckEntry(Line line)
    {
        if (Effects[line.Message] == 0 && (scene.Bounds.Failing >> line.Message & 1) == 0)
        {
            Violation ??= $"J says that m{line.Message} is done, but its effects have not been sent";
        }
    }

    private void CheckHeard(IMigrationMessage message)
    {
        if (message is HandoffBroken broken && Deciding.Moving && !scene.Bounds.ShortSettling
            && !Has(MayRollBack))
        {
            Violation ??= $"the handoff is given up although nothing it needs has gone: {broken.Reason}";
        }
    }

    private void CheckSent(IMigrationMessage command)
    {
        // Only the first time: from then on they may differ.
        if (command is not PromoteShadow || Has(Happened.Committed))
        {
            return;
        }
        Happened |= Happened.Committed;
        if (ShadowProcess is { } shadow && !Has(WorldFlags.SourceRevoked) && SourceProcess is { } source
            && (source.Memory.Source is not { Phase: SourcePhase.Closed } || source.InHand >= 0 || source.Applied != shadow.Applied))
        {
            Violation ??= "the shadow is told to take over while the source has not stopped at the same state";
        }
    }

    /// <summary>Nothing can happen any more, and time has passed.</summary>
    public string? CheckEnd()
    {
        if (!Deciding.HasEnded)
        {
            return $"nothing happens any more, and the engine waits ({Deciding.Said})";
        }
        if (!Deciding.Completed && !Has(MayRollBack) && !scene.Bounds.ShortSettling)
        {
            return $"the migration ends as {Deciding.Said} although nothing stood in its way";
        }
        // A shadow that dies at the moment of its promotion: what is left of the source may be the last copy, so all of it
        // is kept for a person to look at, and the result names it. Likewise when the source is dead and J gone with what
        // the shadow had not read.
        var hopeless = Has(Happened.ShadowDied) || (Has(Happened.SourceDied) && Has(Happened.ReplayVanished));
        if (Has(Happened.Committed) && !Deciding.Completed && hopeless)
        {
            return null;
        }
        // A shadow that cannot become the workload when its source is dead is kept for a person, with all that it may need.
        if (Source < 0 && !Has(Happened.Committed | Happened.StateDied) && Deciding.Failed && (Shadow >= 0 || Image >= 0))
        {
            return null;
        }
        // A source that was cut off while it prepared declares J once more when it comes back; that J expires.
        var expires = Has(Happened.CutOff) && IsTheLast;
        if (Has(WorldFlags.ReplayBound) || (Has(WorldFlags.JournalThere) && !expires) || ToBroker.Count > 0)
        {
            return "R or J is left behind";
        }
        return Has(Happened.Committed) ? CheckMoved() : CheckStayed();
    }

    private string? CheckMoved()
    {
        if (ShadowProcess is not { } shadow)
        {
            return Has(Happened.ShadowDied) ? null : "the shadow is gone although nothing killed it";
        }
        if (Source >= 0 && Deciding.Completed)
        {
            return "the source is left behind";
        }
        return ShadowFile == FilePromoted ? CheckServes(shadow) : "the shadow's instance file does not say that it was promoted";
    }

    private string? CheckStayed()
    {
        // What lies on a dead node is removed when it is back.
        if (Shadow >= 0 || (Image >= 0 && (Has(WorldFlags.ImageArrived) || !Has(WorldFlags.SourceNodeDown))))
        {
            return "the shadow is left behind";
        }
        if (Has(WorldFlags.ShadowGranted))
        {
            return "the shadow's broker user is left behind";
        }
        if (SourceProcess is not { } source)
        {
            return Has(Happened.StateDied | Happened.ShadowDied | Happened.Early)
                ? null
                : "the state is lost although the source died behind its checkpoint";
        }
        return CheckServes(source);
    }

    private string? CheckServes(Process process)
    {
        if (process is not { Linked: true, Consuming: true, Blocked: false })
        {
            return $"{process.Id} is the workload now and does not consume Q";
        }
        if (process.Applied != Published || Queue.Count > 0 || process.Unanswered.Count > 0)
        {
            return $"{process.Id} has applied {process.Applied} of {Published} messages, and nothing happens any more";
        }
        for (var message = 0; message < Published; message++)
        {
            var fails = (scene.Bounds.Failing >> message & 1) != 0;
            if (fails ? (Dead >> message & 1UL) == 0 : Effects[message] == 0)
            {
                return $"m{message} is applied, but its {(fails ? "dead letter" : "effects")} never came";
            }
        }
        return process.Memory.InMigration && !Has(Happened.CutOff | Happened.WasCutOff) ? $"{process.Id} still believes to be in a migration" : null;
    }
}
