using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>The newest result of every row, kept in a file over many runs of some rows.</summary>
internal sealed class WaysRecord
{
    private static readonly JsonSerializerOptions _json = new(ContractJson.Options) { WriteIndented = true };

    private readonly string? _file;
    private readonly Dictionary<string, WayResult> _rows;

    private WaysRecord(string? file, IEnumerable<WayResult> rows) =>
        (_file, _rows) = (file, rows.ToDictionary(row => row.Name, StringComparer.Ordinal));

    public static WaysRecord Open(string? file) => new(
        file,
        file is not null && File.Exists(file) ? JsonSerializer.Deserialize<List<WayResult>>(File.ReadAllText(file), _json) ?? [] : []);

    public WayResult? Of(string name) => _rows.GetValueOrDefault(name);

    /// <summary>Written after each row: a run of half an hour may be stopped at any time.</summary>
    public void Keep(WayResult result)
    {
        _rows[result.Name] = result;
        if (_file is not null)
        {
            var inOrder = AllWays.All.Select(way => Of(way.Name)).OfType<WayResult>();
            File.WriteAllText(_file, JsonSerializer.Serialize(inOrder, _json) + "\n");
        }
    }
}
