using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Hosting;

/// <summary>A whole worker on the lab's broker; only its containers are remembered instead of run.</summary>
public sealed class BrokerTests : IAsyncLifetime, IDisposable
{
    private static readonly WorkloadSpec Spec =
        new("orders", "localhost/ms2m/test:latest", "orders", new Dictionary<string, string>());

    private readonly string _node = $"t-{Guid.NewGuid():N}"[..20];
    private readonly TemporaryFolder _folder = new();
    private readonly FakeRuntime _runtime = new();
    private WebApplication _worker = null!;
    private LabBroker _broker = null!;

    public async Task InitializeAsync()
    {
        _broker = await LabBroker.ConnectAsync();
        await _broker.ListenAsync(Names.Migrations, Names.NodeReports, "Ms2m.Contracts:WorkloadStarted",
            "Ms2m.Contracts:WorkloadStopped", "Ms2m.Contracts:NodeCommandRefused");
        _worker = WorkerHost.Build(TestOptions.In(_folder.Path, _node) with { BrokerUri = LabBroker.Uri }, services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            services.AddSingleton<IContainerRuntime>(_runtime);
            services.AddSingleton(new NodeFeatures([], TimeProvider.System));
        });
        await _worker.StartAsync();
        using var http = new HttpClient();
        await Eventually.GetAsync("a healthy worker", async () =>
        {
            using var response = await http.GetAsync(new Uri(new Uri(_worker.Urls.Last()), "/health"));
            return response.IsSuccessStatusCode ? "healthy" : null;
        });
    }

    public async Task DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _broker.RemoveNodeAsync(_node);
        await _broker.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1_763_700_000_000_001)]
    [InlineData(null)]
    public async Task an_answer_says_again_when_its_command_was_sent_and_when_it_came(long? asked)
    {
        var reserve = new ReserveTarget(
            Guid.NewGuid(), StepNames.ReserveTarget, 3, "orders-t", Spec, "node-s", "token", 1000, 5000);
        var before = Arrival.Microseconds(DateTimeOffset.UtcNow);

        await _broker.SendAsync(_node, reserve, sent: asked);

        var times = (await _broker.HearAsync(nameof(TargetReserved),
            b => b.GetProperty("migrationId").GetGuid() == reserve.MigrationId)).Fields!;
        Assert.Equal(asked, times.TryGetValue(Headers.Asked, out var repeated) ? repeated : null);
        var received = Assert.IsType<long>(times[Headers.Received]);
        Assert.InRange(received, before, Assert.IsType<long>(times[Headers.Sent]));
    }

    [Fact]
    public async Task a_plain_command_is_answered_in_plain_json_to_the_saga()
    {
        var reserve = new ReserveTarget(
            Guid.NewGuid(), StepNames.ReserveTarget, 3, "orders-t", Spec, "node-s", "token", 1000, 5000);

        await _broker.SendAsync(_node, reserve);

        var heard = await _broker.HearAsync(nameof(TargetReserved),
            b => b.GetProperty("migrationId").GetGuid() == reserve.MigrationId);
        var reserved = heard.Read<TargetReserved>();
        Assert.Equal((_node, 3, StepNames.ReserveTarget), (reserved.Node, reserved.Attempt, reserved.Step));
    }

    [Fact]
    public async Task a_command_that_does_not_say_what_it_is_lands_aside_with_the_reason()
    {
        var aside = await _broker.TakeAsync(Names.Node(_node) + "_skipped", () =>
            _broker.SendAsync(_node, new StopWorkload(Guid.NewGuid(), "orders-1"), withType: false));

        Assert.Contains("MT-MessageType", aside.Header("MT-Reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_workload_is_run_reported_and_stopped()
    {
        var run = new RunWorkload(Guid.NewGuid(), $"orders-{_node}", Spec);

        await _broker.SendAsync(_node, run);
        await _broker.HearAsync(nameof(WorkloadStarted), b => b.GetProperty("requestId").GetGuid() == run.RequestId);

        var heard = await _broker.HearAsync(nameof(NodeReported), b =>
            b.GetProperty("node").GetString() == _node && b.GetProperty("instances").GetArrayLength() == 1);
        var instance = Assert.Single(heard.Read<NodeReported>().Instances);
        Assert.Equal((run.InstanceId, InstanceRole.Active, 1L), (instance.InstanceId, instance.Role, instance.Epoch));
        Assert.True(instance.MemoryBytes > 0);

        var stop = new StopWorkload(Guid.NewGuid(), run.InstanceId);
        await _broker.SendAsync(_node, stop);
        await _broker.HearAsync(nameof(WorkloadStopped), b => b.GetProperty("requestId").GetGuid() == stop.RequestId);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "workloads", "orders")));
    }

    [Fact]
    public async Task nothing_is_left_beside_a_stopped_instance_whose_memory_was_to_follow_it()
    {
        var run = new RunWorkload(Guid.NewGuid(), "orders-8", Spec);
        await _broker.SendAsync(_node, run);
        await _broker.HearAsync(nameof(WorkloadStarted), b => b.GetProperty("requestId").GetGuid() == run.RequestId);
        var (book, migration) = (_worker.Services.GetRequiredService<ReservationBook>(), Guid.NewGuid());
        book.Write(new Reservation(migration, 1, "orders-8", Spec, "node-s", "digest", 1000, 1000) { PostCopy = true });

        var stop = new StopWorkload(Guid.NewGuid(), run.InstanceId);
        await _broker.SendAsync(_node, stop);
        await _broker.HearAsync(nameof(WorkloadStopped), b => b.GetProperty("requestId").GetGuid() == stop.RequestId);

        Assert.Null(book.Of(migration));
    }

    [Fact]
    public async Task an_instance_that_was_stopped_first_is_not_started_any_more()
    {
        var run = new RunWorkload(Guid.NewGuid(), "orders-9", Spec);
        var stop = new StopWorkload(Guid.NewGuid(), run.InstanceId);
        await _broker.SendAsync(_node, stop);
        await _broker.HearAsync(nameof(WorkloadStopped), b => b.GetProperty("requestId").GetGuid() == stop.RequestId);

        await _broker.SendAsync(_node, run);

        var refused = await _broker.HearAsync(
            nameof(NodeCommandRefused), b => b.GetProperty("requestId").GetGuid() == run.RequestId);
        Assert.Equal("MS2M-2109", refused.Read<NodeCommandRefused>().Reason.Code);
    }

    [Fact]
    public async Task a_workload_without_its_image_is_refused_with_the_reason()
    {
        var run = new RunWorkload(Guid.NewGuid(), "orders-1", Spec with { Image = "localhost/ms2m/nowhere:latest" });

        await _broker.SendAsync(_node, run);

        var refused = await _broker.HearAsync(
            nameof(NodeCommandRefused), b => b.GetProperty("requestId").GetGuid() == run.RequestId);
        Assert.Equal("MS2M-2105", refused.Read<NodeCommandRefused>().Reason.Code);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "workloads", "orders")));
    }
}
