using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Leading;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Leading;

/// <summary>Runs the duties of the leader while this engine is it. The rule is <see cref="Candidate"/>; here are its hands.</summary>
public sealed partial class LeaderElection(
    IKubernetesApi api, KubernetesOptions options, IEnumerable<ILeaderDuty> duties, TimeProvider time, ILogger<LeaderElection> logger)
    : BackgroundService
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(1);

    private readonly long _beginning = time.GetTimestamp();
    private readonly ObjectName _name = new(options.Namespace, options.LeaseName);
    private Candidate _candidate = new(options.Identity, options.Election);
    private (CancellationTokenSource Leading, Task Work)? _term;

    private TimeSpan Now => time.GetElapsedTime(_beginning);

    /// <summary>Whether this engine leads now.</summary>
    public bool Leads => _candidate.Leads(Now);

    public override void Dispose()
    {
        _term?.Leading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = _pauseAfterFailure;
            try
            {
                pause = await RoundAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogTrouble(failure);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await FollowAsync();
            await Task.Delay(Jittered(pause), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await EndTermAsync();
        await ReleaseAsync();
    }

    private async Task<TimeSpan> RoundAsync(CancellationToken token)
    {
        // A call that hangs must not outlast the time in which another attempt could still save the lease.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        using var limit = new CancellationTokenSource(options.Election.Renew, time);
        await using var joined = limit.Token.Register(patience.Cancel);
        try
        {
            var looked = await api.GetAsync(Kinds.Leases, _name, patience.Token);
            if (looked.Problem is { IsMissing: false } away)
            {
                LogNoLease(away.Message);
                return _pauseAfterFailure;
            }

            _candidate = _candidate.Saw(looked.Problem is null ? looked.Value : null, Now);
            var move = _candidate.Next(Now, time.GetUtcNow());
            if (move.Act == ElectionAct.Wait)
            {
                return move.Pause;
            }

            var asked = Now;
            var answer = move.Act == ElectionAct.Create
                ? await api.CreateAsync(Kinds.Leases, Named(move.Lease!), patience.Token)
                : await api.ReplaceAsync(Kinds.Leases, move.Lease!, patience.Token);
            if (answer.Problem is { } lost)
            {
                // Somebody was faster, which the next look shows; or the server is away.
                LogNoLease(lost.Message);
                return lost.Code == 409 ? TimeSpan.Zero : _pauseAfterFailure;
            }

            _candidate = _candidate.Won(answer.Value, asked);
            return options.Election.Renew;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            LogNoLease("the server did not answer in time");
            return _pauseAfterFailure;
        }
    }

    private Lease Named(Lease lease) => lease with
    {
        ApiVersion = Kinds.Leases.ApiVersion,
        Kind = Kinds.Leases.Name,
        Metadata = lease.Metadata with { Name = options.LeaseName, Namespace = options.Namespace },
    };

    private async Task FollowAsync()
    {
        if (!Leads)
        {
            await EndTermAsync();
            return;
        }

        var left = _candidate.RenewedAt!.Value + options.Election.GiveUp - Now;
        if (_term is { Leading.IsCancellationRequested: false } term)
        {
            // A timer of its own: the work stops also while this loop waits for the server.
            term.Leading.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            return;
        }

        await EndTermAsync();
        LogBegins(options.Identity);
        var leading = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        _term = (leading, Task.WhenAll(duties.Select(duty => PerformAsync(duty, leading.Token))));
    }

    private async Task PerformAsync(ILeaderDuty duty, CancellationToken leading)
    {
        var pause = _pauseAfterFailure;
        while (!leading.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            try
            {
                await duty.RunAsync(leading);
            }
            catch (OperationCanceledException) when (leading.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogDutyFailed(duty.GetType().Name, failure);
            }

            // What fails at once, for want of a permission perhaps, shall not fill the log.
            pause = time.GetElapsedTime(begun) > _longestPause ? _pauseAfterFailure : pause;
            await Task.Delay(pause, time, leading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        }
    }

    private async Task EndTermAsync()
    {
        if (_term is not var (leading, work))
        {
            return;
        }

        await leading.CancelAsync();
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        leading.Dispose();
        _term = null;
        LogEnds(options.Identity);
    }

    // So that the next leader need not wait. The host gives only so long.
    private async Task ReleaseAsync()
    {
        if (_candidate.Leads(Now) && _candidate.Released(time.GetUtcNow()) is { } released)
        {
            using var limit = new CancellationTokenSource(_pauseAfterFailure, time);
            try
            {
                await api.ReplaceAsync(Kinds.Leases, released, limit.Token);
            }
            catch (OperationCanceledException)
            {
                // It runs out by itself.
            }
        }
    }

    // Several candidates that began together shall not ask together for ever.
    private static TimeSpan Jittered(TimeSpan pause) => pause * (1 + (Random.Shared.NextDouble() / 10));

    [LoggerMessage(1801, LogLevel.Information, "This engine ({Identity}) leads: it runs operator and drain")]
    private partial void LogBegins(string identity);

    [LoggerMessage(1802, LogLevel.Information, "This engine ({Identity}) does not lead any more")]
    private partial void LogEnds(string identity);

    [LoggerMessage(1803, LogLevel.Warning, "The lease of the leader could not be had: {Reason}")]
    private partial void LogNoLease(string reason);

    [LoggerMessage(1804, LogLevel.Warning, "The election of a leader failed; it will be tried again")]
    private partial void LogTrouble(Exception failure);

    [LoggerMessage(1805, LogLevel.Error, "{Duty} failed; it begins anew")]
    private partial void LogDutyFailed(string duty, Exception failure);
}
