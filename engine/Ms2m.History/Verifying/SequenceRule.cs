namespace Ms2m.History.Verifying;

/// <summary>Versions are 1, 2, 3, … up to the stream's own; positions in the whole log rise with them; time does not go back.</summary>
internal static class SequenceRule
{
    public static IEnumerable<Finding> Check(StreamUnderTest stream)
    {
        long version = 0, sequence = 0;
        DateTimeOffset? time = null;
        foreach (var one in stream.Events)
        {
            if (one.Version != version + 1)
            {
                yield return stream.Fault("sequence", one, one.Version == version
                    ? $"There are two events {version}."
                    : $"Event {version + 1} is missing: after {version} comes {one.Version}.");
            }

            if (one.SeqId <= sequence)
            {
                yield return stream.Fault("sequence", one, $"It stands before event {version} in the whole log.");
            }

            // Two engines' clocks, or one that was set back.
            if (time is { } before && one.Timestamp < before)
            {
                yield return stream.Note(
                    "clock", one, $"Its time is {(before - one.Timestamp).TotalMilliseconds:0.000} ms before that of the event before it.");
            }

            (version, sequence, time) = (one.Version, one.SeqId, one.Timestamp);
        }

        if (stream.Version != version)
        {
            yield return stream.Fault("sequence", null, $"The stream has {stream.Version} events, and {version} are there.");
        }
    }
}
