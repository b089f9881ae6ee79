using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>What the engine is to hear. Answers are kept until the broker has them and are sent again after a reconnect;
/// but only under the same instance id, since a copy must not speak for its original.</summary>
internal sealed class Reports
{
    private readonly List<Kept> kept = [];
    private readonly CommandArrivals arrivals = new();

    /// <summary>Answers to this command will say how it came.</summary>
    public void Asked(IMigrationMessage command, Arrival arrival) => arrivals.Add(command, arrival);

    public async Task SendAsync(BrokerLink link, string instanceId, IMigrationMessage message)
    {
        var answered = message is IStepMessage answer
            ? WorkloadTraces.Answered(answer, instanceId, arrivals.AnsweredBy(answer))
            : null;
        var report = new Kept(instanceId, message, answered);
        kept.Add(report);
        await PublishAsync(link, message, answered, report);
    }

    /// <summary>What began at that time for the migration has just ended. A copy knows what its original was asked, and so
    /// where in the trace it belongs.</summary>
    public void Tell(string name, Guid migrationId, string instanceId, DateTimeOffset began) =>
        WorkloadTraces.Tell(name, migrationId, instanceId, arrivals.LatestTrace(migrationId), began);

    /// <summary>Out of date in a moment, so never repeated.</summary>
    public static Task SendOnceAsync(BrokerLink link, IMigrationMessage message) => PublishAsync(link, message, answered: null, new object());

    public async Task SendAgainAsync(BrokerLink link, string instanceId)
    {
        kept.RemoveAll(report => report.InstanceId != instanceId);
        foreach (var report in kept.ToList())
        {
            await PublishAsync(link, report.Message, report.Answered, report);
        }
    }

    public void Confirmed(object token)
    {
        if (token is Kept report)
        {
            kept.Remove(report);
        }
    }

    private static async Task PublishAsync(BrokerLink link, IMigrationMessage message, Arrival? answered, object token)
    {
        var (properties, body) = ControlCodec.Write(message);
        Arrival.Stamp((name, value) => properties.Headers![name] = value, answered, DateTimeOffset.UtcNow);
        // The broker lets nobody name another: so the engine knows who says it.
        properties.UserId = link.User;
        await link.Ledger.PublishAsync(Names.Migrations, "", properties, body, token);
    }

    /// <summary>A class, because two equal reports are two.</summary>
    private sealed class Kept(string instanceId, IMigrationMessage message, Arrival? answered)
    {
        public string InstanceId => instanceId;

        public IMigrationMessage Message => message;

        public Arrival? Answered => answered;
    }
}
