namespace Ms2m.LogTool.Display;

/// <summary>A piece of a time axis.</summary>
internal static class Bar
{
    private const string Eighths = " ▏▎▍▌▋▊▉";

    /// <summary>Blanks up to where the piece begins, then the piece; the whole axis has <paramref name="width"/> letters.</summary>
    public static string Of(double from, double length, double total, int width)
    {
        if (total <= 0)
        {
            return "";
        }

        var begin = (int)Math.Clamp(from / total * width, 0, width - 1);
        var eighths = (int)Math.Clamp(Math.Round(length / total * width * 8), 1, (width - begin) * 8);
        var rest = eighths % 8;
        return new string(' ', begin) + new string('█', eighths / 8) + (rest > 0 ? Eighths[rest] : "");
    }
}
