namespace Ms2m.EventLog.Schema;

/// <summary>Tables of somebody who uses the event log, such as read models. Run at every start, after the log's own: it must
/// be harmless when everything is there already.</summary>
/// <param name="Sql">Statements, each of which may be repeated (<c>create table if not exists …</c>).</param>
public sealed record TableScript(string Sql);
