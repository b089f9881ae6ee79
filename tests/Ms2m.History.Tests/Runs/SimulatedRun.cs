using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;

namespace Ms2m.History.Tests.Runs;

/// <summary>A whole migration, decided by the real core, among parties that take their time and fail now and then. The same seed
/// gives the same run.</summary>
internal sealed class SimulatedRun
{
    private readonly PriorityQueue<(IMigrationMessage Message, Way? Way), (double At, int Order)> _due = new();
    private readonly Random _random;
    private readonly Recorder _recorder;
    private readonly CutoverPolicy _policy;
    private readonly double _trouble;
    private readonly double _skewMs;
    private readonly Answers _answers;
    private int _order;
    private double _busyUntil;

    private SimulatedRun(int seed, double trouble, bool headers, CutoverPolicy? policy)
    {
        _random = new Random(seed);
        Id = new Guid(seed, 7, 9, [1, 2, 3, 4, 5, 6, 7, 8]);
        _recorder = new Recorder(Id, headers);
        _policy = policy ?? new CutoverPolicy(MaxInterruptionMs: _random.Next(85, 400), MaxReplayMs: _random.Next(1_000, 20_000),
            OnOverload: seed % 5 == 0 ? OverloadAction.RollBack : OverloadAction.CutOver);
        _trouble = trouble;
        _skewMs = (_random.NextDouble() - 0.5) * 10_000;
        _answers = new Answers(Id, _random);
    }

    public Guid Id { get; }

    /// <param name="trouble">How often something goes wrong, 0 to 1.</param>
    /// <param name="headers">Whether the events say what events say today; without, they are as old ones.</param>
    public static IReadOnlyList<RecordedEvent> Of(
        int seed, double trouble = 0, bool headers = true, CutoverPolicy? policy = null)
    {
        var run = new SimulatedRun(seed, trouble, headers, policy);
        run.Run();
        return run._recorder.Events;
    }

    private void Run()
    {
        Put(0, World.Ask(Id, _policy), null);
        if (Happens())
        {
            Put(_random.Next(5_000), new CancelMigration(Id), null);
        }

        if (Happens())
        {
            Put(_random.Next(5_000), _random.Next(2) == 0
                ? new InstanceExited(Id, World.Source, "node-a", 137)
                : new InstanceExited(Id, World.Shadow(Id), "node-b", 137), null);
        }

        while (_due.TryDequeue(out var next, out var due) && _recorder.State is not MigrationState.Ended)
        {
            // One message after the other, each with its time in the queue and for the decision.
            var arrived = next.Way is { } way ? way.ArrivedMs : due.At;
            var at = Math.Max(arrived, _busyUntil) + Ms(0.2, 2);
            _busyUntil = at;
            foreach (var outgoing in _recorder.Tell(next.Message, at, next.Way))
            {
                Send(outgoing, at);
            }
        }
    }

    private void Send(Outgoing outgoing, double at)
    {
        if (outgoing is Outgoing.AtTime timer)
        {
            Put((timer.DueAt - Recorder.Start).TotalMilliseconds, timer.Message, null);
            return;
        }

        if (Happens())
        {
            return;
        }

        var asked = at + Ms(0.5, 5) + (outgoing is Outgoing.ToBroker task ? task.Delay.TotalMilliseconds : 0);
        var received = asked + Ms(0.5, 10);
        foreach (var (answer, afterMs, isAnswer) in _answers.To(outgoing.Message, Happens()))
        {
            var sent = received + afterMs;
            var arrived = sent + Ms(0.5, 10);
            Put(arrived, answer, isAnswer
                ? new Way(asked, received + _skewMs, sent + _skewMs, arrived)
                : new Way(null, null, sent + _skewMs, arrived));
        }
    }

    private void Put(double at, IMigrationMessage message, Way? way) => _due.Enqueue((message, way), (at, _order++));

    private bool Happens() => _random.NextDouble() < _trouble;

    private double Ms(double least, double most) => least + (_random.NextDouble() * (most - least));
}
