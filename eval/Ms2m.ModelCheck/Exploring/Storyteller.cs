using System.Globalization;
using System.Text;
using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;

namespace Ms2m.ModelCheck.Exploring;

/// <summary>Tells a way through the states so that a person can follow it.</summary>
internal static class Storyteller
{
    public static string Tell(Scene scene, Verdict verdict)
    {
        var story = new StringBuilder();
        var world = scene.Begin();
        for (var each = 0; each < verdict.Way.Count; each++)
        {
            var before = scene.Engines[world.Engine].Said;
            var sentence = Sentence(scene, world, verdict.Way[each]);
            world.Apply(verdict.Way[each]);
            var after = scene.Engines[world.Engine].Said;
            story.Append(CultureInfo.InvariantCulture, $"{each + 1,4}. {sentence}");
            story.AppendLine(after == before ? "" : $"   [engine: {after}]");
        }
        if (verdict.Violation is { } violation)
        {
            story.AppendLine(CultureInfo.InvariantCulture, $"      So {violation}.");
        }
        story.Append(State(scene, world));
        return story.ToString();
    }

    private static string Sentence(Scene scene, World world, Move move)
    {
        var (who, name) = move.A == 0 ? (world.Source, "source") : (world.Shadow, "shadow");
        var process = who < 0 ? null : scene.Processes[who];
        string Said(List<int> list, int at) => scene.Messages[list[at]].GetType().Name
            + (scene.Messages[list[at]] is IStepMessage { Attempt: > 1 } step ? $" (attempt {step.Attempt})" : "");
        var commands = move.A == 0 ? world.ToSource : world.ToShadow;
        return move.Kind switch
        {
            MoveKind.Publish => $"m{world.Published} comes into Q",
            MoveKind.Link => $"{name}: connects",
            MoveKind.Read => $"{name}: reads {process!.Unread[0]} from Q"
                + (process is { InHand: < 0 } && !process.Unread[0].IsFence ? ", and goes on with it" : ""),
            MoveKind.Finish => $"{name}: the handler of m{process!.InHand} returns",
            MoveKind.AnswerArrives => $"the broker has the {name}'s answer to "
                + (new Item(process!.Answers[0].Place, false, 0)),
            MoveKind.EffectArrives => $"the broker has the effects of m{process!.EffectsOut[0]} from the {name}",
            MoveKind.EffectConfirmed => $"{name}: reads the confirm of the effects of m{process!.EffectsTaken[0]}",
            MoveKind.LineArrives => $"J has {process!.LinesOut[0]}",
            MoveKind.LineConfirmed => $"{name}: reads the confirm of {process!.LinesTaken[0]}",
            MoveKind.RequestDone => $"{name}: {process!.Todo[0].GetType().Name} is done",
            MoveKind.Obey => $"{name}: obeys {Said(commands, move.B)}",
            MoveKind.Report => $"the engine hears {Said(process!.Reports, move.B)} from the {name}",
            MoveKind.ReadLine => $"{name}: reads from J {Lines.Unpack(world.Journal[world.LinesRead])}",
            MoveKind.Payload => $"{name}: reads the payload of m{move.B} from R",
            MoveKind.Count => $"{name}: reads all of J and counts it",
            MoveKind.NodeWorks => Work(scene.Messages[world.ToNodes[move.A]]),
            MoveKind.BrokerWorks => $"the engine does {Said(world.ToBroker, move.A)} on the broker"
                + (move.B == 0 ? "" : " while messages are on their way to Q"),
            MoveKind.LateAnswer => $"the engine hears {Said(world.Late, move.A)}",
            MoveKind.Progress => "the shadow reports its progress, and the cutover is due",
            MoveKind.AskAgain => "another migration is asked for",
            MoveKind.Timer => $"time passes: {Late(scene, world, move.A)}",
            MoveKind.TooLate => "time passes: the shadow has waited too long for a payload or an entry",
            MoveKind.Dies => $"FAULT: the {name} is killed" + (move.B == 0 ? "" : ", and its node with it"),
            MoveKind.LosesLink => $"FAULT: the {name} loses its connection",
            MoveKind.BrokerRestarts => "FAULT: the broker restarts",
            MoveKind.BrokerForgets => $"FAULT: the broker restarts and has forgotten the newest {move.A} acknowledgement(s)",
            MoveKind.Cancel => "FAULT: the migration is cancelled",
            MoveKind.CommandTwice => $"FAULT: {name} obeys {Said(commands, move.B)}, which will come again",
            MoveKind.AnswerTwice => $"FAULT: the engine hears {Said(process!.Reports, move.B)} from the {name}, which will come again",
            MoveKind.EarlyTimer => $"FAULT: too early {Late(scene, world, move.A)}",
            MoveKind.EarlyTooLate => "FAULT: the shadow's deadline for a payload or an entry passes too early",
            MoveKind.ReplayVanishes => "FAULT: R and J vanish",
            MoveKind.CutOff => "FAULT: the source is cut off for long",
            _ => move.ToString(),
        };
    }

    private static string Late(Scene scene, World world, byte timer) =>
        scene.Messages[scene.Engines[world.Engine].Timers[timer]] is StepOverdue overdue
            ? $"the deadline of {overdue.Step} (attempt {overdue.Attempt}) passes" : "a deadline passes";

    private static string Work(IMigrationMessage command) => command switch
    {
        TakeCheckpoint => "the source's node freezes the source, wherever it is, and lets it go on",
        CheckpointTaken => "the checkpoint has come to the target",
        RestoreShadow => "the target restores the copy as a shadow",
        RemoveInstance remove => $"a node removes {remove.InstanceId}",
        _ => $"a node does {command.GetType().Name}",
    };

    private static string State(Scene scene, World world)
    {
        string Of(int number, string name) => number < 0 ? $"no {name}" : scene.Processes[number] is var process
            ? $"{name}: applied {process.Applied}{(process.InHand >= 0 ? $", in the handler of m{process.InHand}" : "")}, "
                + $"{process.Memory.Role}{(process.Memory.Source is { } journal ? $" and {journal.Phase} source" : "")}"
                + $"{(process.Linked ? "" : ", not connected")}{(process.Consuming ? ", consuming Q" : "")}"
            : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"      Q: {string.Join(", ", world.Queue)}; J: {string.Join(", ", world.Journal.Select(Lines.Unpack))}; {Of(world.Source, "source")}; {Of(world.Shadow, "shadow")}; effects: {string.Join(' ', world.Effects)}; engine: {scene.Engines[world.Engine].Said}\n");
    }
}
