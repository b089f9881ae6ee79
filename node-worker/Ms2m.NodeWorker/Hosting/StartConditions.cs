using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>What must hold on the node before a worker may take part, beyond well-formed options.</summary>
public static class StartConditions
{
    /// <summary>A sentence for each that does not hold. What was given up on purpose is said in the log, loudly.</summary>
    public static IReadOnlyList<string> Problems(IServiceProvider services)
    {
        var security = services.GetRequiredService<ITransferSecurity>();
        if (security is Unprotected)
        {
            TransferLog.Unprotected(
                services.GetRequiredService<ILogger<Unprotected>>(), WorkerOptionsReader.InsecureKey);
        }
        var problems = new List<string>();
        if (security.Problem() is { } problem)
            problems.Add($"MS2M_TLS: {problem}.");
        if (services.GetRequiredService<CheckpointStorage>().Refuse() is { Reason: var reason })
            problems.Add($"MS2M_CHECKPOINTS: {reason.Code}: {reason.Message} {reason.Remedy}");
        return problems;
    }
}
