using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Cli.Moving;
using Ms2m.Contracts;
using Ms2m.Eval.Lab;
using RabbitMQ.Client;

namespace Ms2m.Eval.Load;

/// <summary>Starts migrations as a stranger would: plain JSON to the exchange, no envelope, no property.</summary>
internal sealed class MigrationByAmqp(LabAddresses lab, EngineClient engine)
{
    private static readonly JsonSerializerOptions _written = new(ContractJson.Options)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static byte[] Request(string workload, string target) => Request(workload, target, new Move());

    /// <summary>What nobody has asked for is left out.</summary>
    public static byte[] Request(string workload, string target, Move move) => JsonSerializer.SerializeToUtf8Bytes(
        new { workload, targetNode = target, strategy = move.Strategy, transfer = move.Transfer, postCopy = move.PostCopy ? true : (bool?)null },
        _written);

    /// <summary>Publishes the request and finds the migration that it began.</summary>
    public Task<MigrationView> Start(string workload, string target, CancellationToken cancel) =>
        Start(workload, target, new Move(), cancel);

    public Task<MigrationView> Start(string workload, string target, Move move, CancellationToken cancel) =>
        Start(Request(workload, target, move), cancel);

    /// <summary>Publishes any bytes as a request and finds what became of it; an unreadable one is found too, as
    /// Rejected. Nobody else may start migrations meanwhile.</summary>
    public async Task<MigrationView> Start(byte[] request, CancellationToken cancel)
    {
        var before = (await Newest(cancel)).Select(one => one.MigrationId).ToHashSet();
        await Publish(request, cancel);
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if ((await Newest(cancel)).FirstOrDefault(one => !before.Contains(one.MigrationId)) is { } found)
            {
                return found;
            }

            await Task.Delay(Pause, cancel);
        }

        throw new CannotMeasureException(
            "MS2M-EVAL-IGNORED",
            $"A request was published to {Names.StartMigration}, and no migration began within "
            + $"{Patience.TotalSeconds:0} s.",
            "See './ms2m lab logs engine' and the queue ms2m.rejected.");
    }

    public async Task Publish(byte[] body, CancellationToken cancel)
    {
        var factory = new ConnectionFactory { Uri = lab.Broker, ClientProvidedName = "ms2m eval" };
        await using var connection = await factory.CreateConnectionAsync(cancel);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancel);
        await channel.BasicPublishAsync(Names.StartMigration, "", body, cancel);
    }

    private async Task<List<MigrationView>> Newest(CancellationToken cancel) =>
        (await engine.Migrations(20, cancel)).As<List<MigrationView>>();
}
