using System.Text.Json;
using System.Text.RegularExpressions;
using Ms2m.Contracts;
using Ms2m.Engine.Kubernetes.Operating;
using Ms2m.Kubernetes.Operator;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>What an object shows of a log, and what is to be done for it then.</summary>
public sealed partial class ShowingTheLog
{
    private readonly StatefulMigration _asked = Asked.For();
    private readonly List<(IMigrationMessage Event, DateTimeOffset At)> _log = [];

    private Guid Id => MigrationOrder.IdOf(_asked);

    [Fact]
    public void a_new_object_is_begun_and_one_that_is_on_its_way_is_too()
    {
        Assert.Equal(OperatorAct.Begin, Next(_asked));
        Assert.Equal(OperatorAct.Begin, Next(Held(_asked) with { Status = StatusProjection.Before(_asked, Id, null) }));
    }

    [Fact]
    public void one_that_says_it_runs_and_is_in_no_log_is_not_begun_a_second_time() =>
        Assert.Equal(OperatorAct.Forgotten, Next(_asked with { Status = new StatefulMigrationStatus { Phase = "Replaying" } }));

    [Fact]
    public void a_deleted_object_cancels_before_the_commit_and_only_asks_once()
    {
        Begun();
        Assert.Equal(OperatorAct.Show, Next(Held(_asked)));
        Assert.Equal(OperatorAct.Cancel, Next(Going(_asked)));
        At(2, new RollbackStarted(Id, Failure(), true));
        Assert.Equal(OperatorAct.Show, Next(Going(_asked)));
        At(3, new MigrationCancelled(Id, []));
        Assert.Equal(OperatorAct.ShowAndLetGo, Next(Going(_asked)));
    }

    [Fact]
    public void a_cancel_that_was_refused_is_not_repeated()
    {
        Begun();
        At(2, new CancelRefused(Id, Failure()));

        Assert.Equal(OperatorAct.Show, Next(Going(_asked)));
    }

    [Fact]
    public void past_the_commit_a_deleted_object_waits_for_the_end()
    {
        Begun();
        At(2, new PromotionCommitted(Id, 2));
        Assert.Equal(OperatorAct.Show, Next(Going(_asked)));
        At(3, new MigrationCompleted(Id, []));
        Assert.Equal(OperatorAct.ShowAndLetGo, Next(Going(_asked)));
    }

    [Fact]
    public void a_deleted_object_whose_request_may_be_on_its_way_is_withdrawn_first() =>
        Assert.Equal(OperatorAct.Withdraw, Next(Going(_asked)));

    [Fact]
    public void an_object_without_our_finalizer_is_not_held_back() =>
        Assert.Equal(OperatorAct.Nothing, Next(_asked with { Metadata = _asked.Metadata with { DeletionTimestamp = Asked.Now } }));

    [Fact]
    public void an_ended_object_is_let_go_and_then_left_alone_also_when_its_log_is_gone()
    {
        Begun();
        At(2, new PromotionCommitted(Id, 2));
        At(3, new MigrationCompleted(Id, []));
        var shown = _asked with { Status = Show() };
        _log.Clear();

        Assert.Equal(OperatorAct.LetGo, Next(Held(shown)));
        Assert.Equal(OperatorAct.Nothing, Next(shown));
        Assert.Equal(OperatorAct.LetGo, Next(Going(shown)));
    }

    [Fact]
    public void the_status_follows_the_log_and_is_the_same_for_the_same_log()
    {
        Begun(queued: true);
        Assert.Equal(("Pending", "False", "Queued"), (Show().Phase, Condition("Progressing").Status, Condition("Progressing").Reason));
        At(5, new MigrationAdmitted(Id, Spec, "node1", "source", 1, 1));
        var admitted = Show();
        Assert.Equal(("True", "True", "Unknown"), (Condition("Accepted").Status, Condition("Progressing").Status, Condition("Completed").Status));
        Assert.Null(admitted.PhaseTimings);
        Assert.True(StatusProjection.Same(admitted, Show(later: 500)), "It changes with the clock, so it would be written without end.");
        At(6, new PromotionCommitted(Id, 2));
        At(8, new MigrationCompleted(Id, ["remove-source"]));

        var ended = Show();

        Assert.Equal(("Completed", "True", "Completed"), (ended.Phase, Condition("Completed").Status, Condition("Completed").Reason));
        Assert.Contains("Left behind: remove-source", Condition("Completed").Message, StringComparison.Ordinal);
        Assert.Equal([("Finalizing", 2000L), ("Pending", 6000L)], ended.PhaseTimings!.Select(one => (one.Key, one.Value)));
        Assert.Equal((Id.ToString(), 1L), (ended.MigrationId, ended.ObservedGeneration));
        Assert.Equal(Asked.Now.AddSeconds(8), Condition("Completed").LastTransitionTime);
    }

    [Fact]
    public void it_survives_the_way_through_the_server()
    {
        Begun();
        At(2, new PromotionCommitted(Id, 2));
        var status = Show();

        var back = JsonSerializer.Deserialize(
            JsonSerializer.Serialize(_asked with { Status = status }, KubernetesJson.Default.StatefulMigration), KubernetesJson.Default.StatefulMigration)!;

        Assert.True(StatusProjection.Same(back.Status, status));
    }

    [Fact]
    public void a_rejected_one_says_why_in_words_that_the_server_takes()
    {
        At(0, new MigrationRejected(Id, "orders", "node2", new Failure("MS2M-0103", "No node has it.", "See who has."), null));
        var status = Show();

        Assert.Equal("Rejected", status.Phase);
        Assert.Equal(("False", "MS2M0103", "No node has it. See who has."), (Condition("Accepted").Status, Condition("Accepted").Reason, Condition("Accepted").Message));
        Assert.Equal(("False", "MS2M0103"), (Condition("Completed").Status, Condition("Completed").Reason));
        Assert.All(status.Conditions!, one => Assert.Matches(Reason(), one.Reason));
    }

    [Fact]
    public void rounds_ahead_are_counted()
    {
        Begun();
        At(1, new PreCopied(Id, StepNames.PreCopy, 1, "node1", [new PreCopyRound(1, 1, null, 1), new PreCopyRound(1, 1, null, 1)], ""));

        Assert.Equal(2, Show().PreDumpCount);
    }

    [Fact]
    public void each_thing_is_said_once_in_its_turn()
    {
        Begun();
        var begun = Show();
        Assert.Equal(["Accepted"], Said(null, begun));
        Assert.Empty(Said(begun, begun));
        At(2, new PromotionCommitted(Id, 2));
        var committed = Show();
        Assert.Equal(["Pending"], Said(begun, committed));
        At(3, new MigrationFailed(Id, Failure(), []));
        Assert.Equal(["Finalizing", "Failed"], Said(committed, Show()));
        Assert.True(MigrationSayings.Between(committed, Show()).Last().IsWarning);
        // After a long absence all of it.
        Assert.Equal(["Accepted", "Finalizing", "Pending", "Failed"], Said(null, Show()));
    }

    private static IEnumerable<string> Said(StatefulMigrationStatus? before, StatefulMigrationStatus after) =>
        MigrationSayings.Between(before, after).Select(one => one.Reason);

    private static WorkloadSpec Spec => new("orders", "image", "orders", new Dictionary<string, string>());

    private static Failure Failure() => new("MS2M-0201", "It was late.", "Wait.");

    private void Begun(bool queued = false)
    {
        At(0, new MigrationRequested(Id, Spec, "node1", "source", 1, 1, "node2", "shadow", new(), null));
        if (queued)
        {
            At(0, new MigrationQueued(Id, Asked.Now.AddHours(1)));
        }
    }

    private void At(double second, IMigrationMessage one) => _log.Add((one, Asked.Now.AddSeconds(second)));

    private MigrationLook? Look(double later = 100) => MigrationLook.Of(Id, _log, Asked.Now.AddSeconds(later));

    private OperatorAct Next(StatefulMigration asked) => OperatorRule.Next(asked, Look());

    private StatefulMigrationStatus Show(double later = 100) => StatusProjection.Of(_asked, Look(later)!, null);

    private Condition Condition(string type) => Show().Conditions!.Single(one => one.Type == type);

    private static StatefulMigration Held(StatefulMigration asked) =>
        asked with { Metadata = asked.Metadata with { Finalizers = [Markings.CancelFinalizer] } };

    private static StatefulMigration Going(StatefulMigration asked) =>
        Held(asked) with { Metadata = Held(asked).Metadata with { DeletionTimestamp = Asked.Now } };

    [GeneratedRegex("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")]
    private static partial Regex Reason();
}
