namespace Ms2m.Migrations;

/// <summary>The instance that is the workload once its migration is over.</summary>
/// <param name="Node">Where it runs, as far as the migration has heard.</param>
public sealed record Survivor(string Node, string InstanceId)
{
    /// <returns>Null when there is none, or nobody knows.</returns>
    public static Survivor? Of(MigrationState.Ended ended) => ended switch
    {
        { Outcome: Phase.Completed, Facts: { ShadowExited: false } facts } => new(facts.Request.TargetNode, facts.ShadowInstance),
        { Outcome: Phase.RolledBack or Phase.Cancelled, Facts: { SourceGone: false } facts } =>
            new(facts.Request.SourceNode, facts.Request.SourceInstance),
        _ => null,
    };
}
