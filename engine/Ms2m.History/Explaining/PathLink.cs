using Ms2m.History.Timelines;

namespace Ms2m.History.Explaining;

/// <summary>From one decision of the critical path back to the one before it.</summary>
/// <param name="From">Index of an event of the earlier decision.</param>
/// <param name="To">Index of the event that ended the waiting.</param>
/// <param name="Begun">Index of the event that began what was waited for; at or before <paramref name="From"/>.</param>
internal sealed record PathLink(int From, int To, int Begun, string? Step, int Attempt, Party Party, WaitingOn WaitingOn);
