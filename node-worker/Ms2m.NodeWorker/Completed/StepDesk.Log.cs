namespace Ms2m.NodeWorker.Completed;

public sealed partial class StepDesk
{
    [LoggerMessage(2001, LogLevel.Information, "{MigrationId} {Step} #{Attempt}: accepted")]
    private partial void Accepted(Guid migrationId, string step, int attempt);

    [LoggerMessage(2002, LogLevel.Information, "{MigrationId} {Step} #{Attempt}: came again, answered as before")]
    private partial void Repeated(Guid migrationId, string step, int attempt);

    [LoggerMessage(2003, LogLevel.Information, "{MigrationId} {Step} #{Attempt}: came after a newer attempt, ignored")]
    private partial void OutOfDate(Guid migrationId, string step, int attempt);

    [LoggerMessage(2004, LogLevel.Information, "{MigrationId} {Step} #{Attempt}: done")]
    private partial void Finished(Guid migrationId, string step, int attempt);

    [LoggerMessage(2005, LogLevel.Warning, "{MigrationId} {Step} #{Attempt}: failed with {Code}: {Reason}")]
    private partial void Failed(Guid migrationId, string step, int attempt, string code, string reason);

    [LoggerMessage(2006, LogLevel.Error, "{MigrationId} {Step} #{Attempt}: a defect")]
    private partial void Defect(Exception cause, Guid migrationId, string step, int attempt);

    [LoggerMessage(2007, LogLevel.Warning, "{MigrationId} {Step}: the broker does not take {Answer}: {Cause}")]
    private partial void AnswerNotTaken(Guid migrationId, string step, string answer, string cause);

    [LoggerMessage(2008, LogLevel.Warning,
        "{MigrationId} {Step} #{Attempt}: was under way when the worker ended; does it again: {Again}")]
    private partial void Unfinished(Guid migrationId, string step, int attempt, bool again);
}
