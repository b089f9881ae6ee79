namespace Ms2m.Eval.Load;

/// <summary>How busy the workload is while it moves.</summary>
/// <param name="Rate">Messages per second of all publishers together.</param>
/// <param name="WorkMs">Simulated work per message; 10 ms make a capacity of about 90 messages per second.</param>
/// <param name="StateMb">Live state the workload keeps in memory.</param>
/// <param name="WarmupSeconds">Publishing before the first migration.</param>
internal sealed record LoadOptions(double Rate, int Publishers, int WorkMs, int StateMb, double WarmupSeconds);
