using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Workload.Tests.Lab;

/// <summary>A small workload in this process: its state is the list of names it has applied, in order. It can be frozen
/// between two messages and run once more from the copy, as a checkpoint would.</summary>
internal sealed class FoldingWorkload : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ms2m-instance-").FullName;
    private readonly Uri _broker;
    private readonly WorkloadLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _queue;
    private Task<WorkloadResult> _running = null!;
    private ImmutableList<string> _applied;
    private ImmutableList<long> _times;

    private FoldingWorkload(
        Uri broker, string queue, InstanceFile file, Instance? memory, FoldingWorkload? original, Action<WorkloadTweaks>? tweak)
    {
        var tweaks = new WorkloadTweaks();
        tweak?.Invoke(tweaks);
        (_broker, _queue, Tweaks) = (broker, queue, tweaks);
        (_applied, _times) = original is null ? ([], []) : (original._applied, original._times);
        Write(file);
        _loop = new WorkloadLoop(new WorkloadOptions
        {
            Queue = queue,
            Prefetch = tweaks.Prefetch,
            Exchanges = [new("in", "topic"), new("out", "fanout")],
            Bindings = [new("in", "#")],
            QueueArguments = new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead" },
            StateDigest = Digest,
            PayloadDeadlineMs = tweaks.PayloadDeadlineMs,
            InstanceFilePath = FilePath,
            Log = Log.Enqueue,
        }, HandleAsync, memory);
    }

    public string InstanceId { get; private set; } = "";

    public WorkloadTweaks Tweaks { get; }

    public System.Collections.Concurrent.ConcurrentQueue<string> Log { get; } = new();

    /// <summary>What every instance of this workload has applied, in order, since its birth.</summary>
    public IReadOnlyList<string> Applied => _applied;

    public IReadOnlyList<long> Times => _times;

    public Task<WorkloadResult> Running => _running;

    public string FilePath => Path.Combine(_folder, "instance.json");

    public static FoldingWorkload Start(Broker broker, string queue, Action<WorkloadTweaks>? tweak = null)
    {
        var id = $"w-{Guid.NewGuid():N}"[..12];
        return new FoldingWorkload(
            broker.Uri, queue, new InstanceFile(id, queue, InstanceRole.Active, 1, broker.Uri.AbsoluteUri), null, null, tweak).Run();
    }

    /// <summary>Freezes, copies and restores under another instance file; the original runs on.</summary>
    public async Task<FoldingWorkload> CopyAsShadowAsync(Guid migration, Action<WorkloadTweaks>? tweak = null)
    {
        FoldingWorkload? copy = null;
        var id = $"t-{Guid.NewGuid():N}"[..12];
        var (applied, times) = (_applied, _times);
        var memory = await _loop.FreezeAsync(() => (applied, times) = (_applied, _times));
        copy = new FoldingWorkload(
            _broker, _queue, new InstanceFile(id, _queue, InstanceRole.Shadow, 1, _broker.AbsoluteUri, migration), memory, this, tweak)
        {
            _applied = applied,
            _times = times,
        };
        return copy.Run();
    }

    public void Write(InstanceFile file)
    {
        InstanceId = file.InstanceId;
        var next = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(file, ContractJson.Options));
        File.Move(next, FilePath, overwrite: true);
    }

    public Task ConnectedAsync() => EngineStandIn.UntilAsync(
        () => Log.Any(l => l.StartsWith("connected", StringComparison.Ordinal)), () => $"no connection: {string.Join('\n', Log)}");

    public void Disconnect() => _loop.Disconnect();

    /// <summary>Dies without a word: nothing is finished, returned or acknowledged.</summary>
    public async Task KillAsync()
    {
        File.Delete(FilePath);
        Tweaks.Dead = true;
        _loop.Disconnect();
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Directory.Delete(_folder, recursive: true);
        _stop.Dispose();
    }

    private FoldingWorkload Run()
    {
        _running = Task.Run(() => _loop.RunAsync(_stop.Token));
        return this;
    }

    private async ValueTask HandleAsync(Message message, Effects effects)
    {
        if (Tweaks.WorkMs > 0)
        {
            await Task.Delay(Tweaks.WorkMs);
        }
        await Tweaks.Gate;
        if (Tweaks.Dead)
        {
            return;
        }
        _applied = _applied.Add(message.Name);
        _times = _times.Add(message.TimeMs);
        if (Tweaks.Throws?.Invoke(message) == true)
        {
            throw new InvalidOperationException("as the test wants");
        }
        effects.Send("out", "", Encoding.UTF8.GetBytes($"{message.Name} {message.Time.ToUnixTimeMilliseconds()} {message.Random.Next()}"));
    }

    private string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', _applied))));
}

/// <summary>What a test may want otherwise.</summary>
internal sealed class WorkloadTweaks
{
    public int WorkMs { get; set; }

    public ushort Prefetch { get; set; } = 8;

    public int PayloadDeadlineMs { get; set; } = 5000;

    public Func<Message, bool>? Throws { get; set; }

    /// <summary>Handlers wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public bool Dead { get; set; }
}
