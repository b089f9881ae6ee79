namespace Ms2m.Eval;

/// <summary>The part of a document that a command writes: between two marks everything is the command's.</summary>
internal static class MarkedPart
{
    /// <param name="command">What stands in the marks, such as <c>./ms2m chaos --markdown</c>.</param>
    public static void Write(string file, string command, string part)
    {
        var (begin, end) = ($"<!-- written by '{command}': begin -->", $"<!-- written by '{command}': end -->");
        var text = File.Exists(file) ? File.ReadAllText(file) : $"{begin}\n{end}\n";
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new CannotMeasureException(
                "MS2M-EVAL-MARKS", $"{file} has no place for the table.", $"Put two lines into it: {begin} and {end}");
        }

        File.WriteAllText(file, $"{text[..(from + begin.Length)]}\n{part}{text[to..]}");
    }
}
