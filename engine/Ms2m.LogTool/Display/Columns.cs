namespace Ms2m.LogTool.Display;

/// <summary>Lines of text in columns as wide as their widest cell; a right-hand column is never cut.</summary>
internal sealed class Columns(string alignment)
{
    private readonly List<string[]> _rows = [];

    /// <param name="cells">As many as the alignment has letters: <c>l</c> left, <c>r</c> right.</param>
    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        var widths = new int[alignment.Length];
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        foreach (var row in _rows)
        {
            Console.Out.WriteLine(string.Join(
                "  ", row.Select((cell, i) => alignment[i] == 'r' ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}
