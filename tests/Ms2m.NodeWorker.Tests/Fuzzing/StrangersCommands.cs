using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Fuzzing;
using Ms2m.NodeWorker.Steps;
using Ms2m.NodeWorker.Tests.Steps;

namespace Ms2m.NodeWorker.Tests.Fuzzing;

/// <summary>Commands as JSON allows them: with fields missing, of odd values, with names that are paths. Each is answered,
/// with success or with a reason that is no defect of ours, and nothing is written outside the worker's folder.</summary>
public sealed class StrangersCommands
{
    private const string Spec =
        """{"name":"orders","image":"localhost/ms2m/test:latest","queue":"orders","environment":{"A":"1"}}""";

    private static readonly (Type Type, string Fields)[] Commands =
    [
        (typeof(ReserveTarget), $"\"instanceId\":\"orders-t\",\"spec\":{Spec},\"sourceNode\":\"node-s\",\"token\":\"t\",\"expectedBytes\":1000,\"maxBytes\":5000"),
        (typeof(TakeCheckpoint), "\"instanceId\":\"orders-t\",\"targetNode\":\"node-x\",\"transferUrl\":\"https://127.0.0.1:1/x\",\"token\":\"t\",\"maxBytes\":5000"),
        (typeof(PreCopy), "\"instanceId\":\"orders-t\",\"targetNode\":\"node-x\",\"transferUrl\":\"https://127.0.0.1:1/x?accepts=delta\",\"token\":\"t\",\"maxBytes\":5000,\"transfer\":{\"mode\":\"Delta\",\"maxRounds\":2}"),
        (typeof(RestoreShadow), $"\"instanceId\":\"orders-t\",\"spec\":{Spec},\"epoch\":1,\"digest\":\"00\""),
        (typeof(ActivateInstance), "\"instanceId\":\"orders-t\",\"epoch\":2"),
        (typeof(RemoveInstance), "\"instanceId\":\"orders-t\""),
        (typeof(DiscardCheckpoint), "\"a\":1"),
    ];

    [Fact]
    public async Task every_command_that_can_be_read_is_answered_and_stays_in_its_folder()
    {
        await using var stage = await WorkerStage.OpenAsync();
        var beside = Directory.GetFileSystemEntries(Path.GetDirectoryName(stage.Options.Data)!);
        var answered = 0;
        await Fuzz.EachAsync(250, async random =>
        {
            var (type, fields) = random.Any(Commands);
            var json = $"{{\"migrationId\":\"{Guid.NewGuid()}\",\"step\":\"a-step\",\"attempt\":1,{fields}}}";
            if (Read(type, Mutation.Json(random, json)) is not { } command)
                return;
            try
            {
                stage.Desk.Accept(command);
            }
            catch (ArgumentException)
            {
                // Without a step and an attempt it is nobody's command: the bus sets the message aside.
                return;
            }
            var answer = await stage.Bus.NextAsync();
            if (answer is StepFailed failed)
            {
                Assert.NotEqual("MS2M-2004", failed.Reason.Code);
                Assert.True(failed.Reason.Message.Length < 5000);
            }
            Assert.Equal(command.MigrationId, answer.MigrationId);
            await stage.Desk.IdleAsync(command.MigrationId);
            answered++;
            // What was reserved would else refuse the next one.
            stage.Book.Remove(command.MigrationId);
        });
        Assert.True(answered > 50);
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(Path.GetDirectoryName(stage.Options.Data)!).Except(beside),
            f => !f.Contains("ms2m-worker-", StringComparison.Ordinal));
        Assert.All(stage.Left(), f => Assert.Matches(@"^(journal/[0-9a-f]{32}/|workloads/orders/|checkpoints/|criu\.conf)", f));
    }

    [Fact]
    public async Task a_workload_whose_name_is_a_path_reaches_no_file()
    {
        await using var stage = await WorkerStage.OpenAsync();
        var id = Guid.NewGuid();
        var spec = WorkerStage.Spec with { Name = "../../outside" };
        stage.Book.Write(new(id, 1, "orders-t", WorkerStage.Spec, "node-s", new string('0', 64), 1, 1));

        stage.Desk.Accept(new RestoreShadow(id, StepNames.RestoreShadow, 1, "orders-t", spec, 1, "x"));

        Assert.Equal("MS2M-2005", (await stage.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Throws<ArgumentException>(() => stage.Instances.PathOf("../../outside"));
    }

    [Fact]
    public async Task a_restore_that_names_no_digest_takes_no_half_checkpoint()
    {
        await using var stage = await WorkerStage.OpenAsync();
        var id = Guid.NewGuid();
        stage.Desk.Accept(new ReserveTarget(id, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "t", 1, 1));
        await stage.Bus.NextAsync<TargetReserved>();

        stage.Desk.Accept(new RestoreShadow(id, StepNames.RestoreShadow, 1, "orders-t", WorkerStage.Spec, 1, null!));

        Assert.Equal("MS2M-2006", (await stage.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Null(stage.Incoming.Find(id, null!));
    }

    [Fact]
    public async Task a_size_at_the_edge_of_numbers_is_not_taken_for_a_small_one()
    {
        await using var stage = await WorkerStage.OpenAsync();

        stage.Desk.Accept(new ReserveTarget(
            Guid.NewGuid(), StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "t", long.MaxValue, 1));

        Assert.Equal("MS2M-2006", (await stage.Bus.NextAsync<StepFailed>()).Reason.Code);
    }

    [Theory]
    [InlineData("""{"name":"orders","image":null,"queue":"q","environment":{}}""")]
    [InlineData("""{"name":"orders","image":"i","queue":"","environment":{}}""")]
    [InlineData("""{"name":"orders","image":"i","queue":"q"}""")]
    [InlineData("""{"name":"orders","image":"i","queue":"q","environment":{"A":null}}""")]
    [InlineData("""{"name":"orders","image":"i","queue":"q","environment":{"A=B":"c"}}""")]
    public void a_workload_that_is_not_described_is_refused(string spec) =>
        Assert.NotNull(CommandCheck.Spec(JsonSerializer.Deserialize<WorkloadSpec>(spec, ContractJson.Options)));

    private static IStepMessage? Read(Type type, byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type, ContractJson.Options) as IStepMessage;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The bus sets it aside.
            return null;
        }
    }
}
