namespace Ms2m.History.Verifying;

/// <summary>Each event names the message it follows from, and all that follows from one message stands together: a message
/// that was handled twice would show up as two groups.</summary>
internal static class CausationRule
{
    public static IEnumerable<Finding> Check(StreamUnderTest stream)
    {
        var handled = new HashSet<string>(StringComparer.Ordinal);
        string? current = null;
        foreach (var one in stream.Events)
        {
            if (string.IsNullOrEmpty(one.CausationId))
            {
                yield return stream.Fault("causation", one, "It does not say which message it follows from.");
                continue;
            }

            if (one.CausationId != current && !handled.Add(one.CausationId))
            {
                yield return stream.Fault("causation", one, $"Message {one.CausationId} has been handled before.");
            }

            current = one.CausationId;
            // Before there were headers, what a workload had reported belonged to none.
            if (one.Headers is not null && string.IsNullOrEmpty(one.CorrelationId))
            {
                yield return stream.Fault("causation", one, "It does not say which conversation it belongs to.");
            }
        }
    }
}
