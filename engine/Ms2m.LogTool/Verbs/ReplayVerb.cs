using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Ms2m.EventLog.Streams;
using Ms2m.History.Explaining;
using Ms2m.History.Exporting;
using Ms2m.History.Replaying;
using Ms2m.LogTool.Replaying;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.LogTool.Verbs;

/// <summary>Publishes stored events again.</summary>
internal static class ReplayVerb
{
    private const string BrokerVariable = "MS2M_BROKER_CLIENT_URI";

    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "Id of a migration, or its beginning, or 'last'", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every migration, interleaved as they were" };
        var since = new Option<string?>("--since") { Description = "Events of then or later", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "Events of before then", HelpName = "TIME" };
        var speed = new Option<string>("--speed") { Description = "How many times as fast as it was; 0 or max: at once", HelpName = "X", DefaultValueFactory = _ => "1" };
        var exchange = new Option<string>("--exchange")
        {
            Description = $"{ReplayExchange.Default}, or a name that begins with '{ReplayExchange.Default}.'; a durable topic exchange, the routing key is the event's type",
            HelpName = "NAME",
            DefaultValueFactory = _ => ReplayExchange.Default,
        };
        var broker = new Option<string?>("--broker") { Description = $"AMQP URI of the broker [default: ${BrokerVariable}]", HelpName = "URI" };
        var command = new Command("replay", "Publish stored events again, in their original timing, to an exchange of their own")
        {
            id, all, since, until, speed, exchange, broker,
        };
        command.Validators.Add(result =>
        {
            var several = result.GetValue(all) || result.GetValue(since) is not null || result.GetValue(until) is not null;
            if (several == (result.GetValue(id) is not null))
            {
                result.AddError("replay wants one migration, or --all, --since or --until");
            }
        });
        return command.Does(async call =>
        {
            var name = call.Parsed.GetRequiredValue(exchange);
            if (!ReplayExchange.IsAllowed(name))
            {
                throw new LogRefusedException(AnalysisFailures.LiveExchange(name), ExitCodes.Usage);
            }

            var (factor, address) = (Speed(call.Parsed.GetRequiredValue(speed)), Broker(call.Parsed.GetValue(broker)));
            var now = TimeProvider.System.GetUtcNow();
            var slice = new LogSlice(
                call.Parsed.GetValue(id) is { } text ? await MigrationIds.Find(call, text) : null,
                Times.Read(call.Parsed.GetValue(since), now),
                Times.Read(call.Parsed.GetValue(until), now));
            var begun = TimeProvider.System.GetTimestamp();
            var events = await PublishAsync(call, slice, new ReplayPublisher(address, name, factor, TimeProvider.System));
            if (events == 0)
            {
                throw new LogRefusedException(AnalysisFailures.NothingToReplay(), ExitCodes.Failed);
            }

            var took = TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds;
            if (call.Output.Json)
            {
                call.Output.Document(new { Events = events, Exchange = name, Ms = took });
            }
            else
            {
                call.Output.Say($"{events} events published to {name} in {Durations.Text(took)}.");
            }

            return ExitCodes.Success;
        });
    }

    private static async Task<long> PublishAsync(LogCall call, LogSlice slice, ReplayPublisher publisher)
    {
        try
        {
            return await publisher.PublishAsync(EventsAsync(call, slice, call.Cancel), call.Cancel);
        }
        catch (Exception away) when (away is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException or IOException or PublishException)
        {
            throw new LogRefusedException(AnalysisFailures.NoBroker(away.GetBaseException().Message), ExitCodes.Unreachable);
        }
    }

    private static async IAsyncEnumerable<RecordedEvent> EventsAsync(
        LogCall call, LogSlice slice, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in slice.RowsAsync(call.Store.Source, cancel))
        {
            yield return RecordedEvent.Of(row, call.Store.Types);
        }
    }

    private static double Speed(string text) => text == "max" ? 0
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is 0 or (>= 0.001 and <= 1_000_000)
            ? factor
        : throw new LogRefusedException(AnalysisFailures.NotASpeed(text), ExitCodes.Usage);

    // The text is not repeated in an error: there is a password in it.
    private static Uri Broker(string? text)
    {
        text ??= Environment.GetEnvironmentVariable(BrokerVariable);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("amqp" or "amqps")
            ? uri
            : throw new LogRefusedException(AnalysisFailures.WhichBroker(BrokerVariable), ExitCodes.Usage);
    }
}
