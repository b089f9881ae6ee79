using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Eval.Chaos;

/// <summary>The newest results of every cell, kept in a file over many runs of a part of the matrix. A cell that was run
/// again replaces what was known of it.</summary>
internal sealed class ChaosRecord
{
    private static readonly JsonSerializerOptions Json = new(ContractJson.Options) { WriteIndented = true };

    private readonly string? _file;
    private readonly SortedDictionary<string, IReadOnlyList<CellResult>> _cells;

    private ChaosRecord(string? file, IReadOnlyDictionary<string, string> versions, Stored stored) =>
        (_file, Versions, _cells) = (file, versions, new(stored.Cells, StringComparer.Ordinal));

    public IReadOnlyDictionary<string, string> Versions { get; }

    public static ChaosRecord Open(string? file, IReadOnlyDictionary<string, string> versions)
    {
        var stored = file is not null && File.Exists(file)
            ? JsonSerializer.Deserialize<Stored>(File.ReadAllText(file), Json)
            : null;
        return new ChaosRecord(file, versions, stored ?? new Stored(versions, []));
    }

    public IReadOnlyList<CellResult> Of(Cell cell) => _cells.GetValueOrDefault(cell.Name) ?? [];

    /// <summary>Written after each cell: a run of half an hour may be stopped at any time.</summary>
    public void Keep(Cell cell, IReadOnlyList<CellResult> results)
    {
        _cells[cell.Name] = results;
        if (_file is not null)
        {
            File.WriteAllText(_file, JsonSerializer.Serialize(new Stored(Versions, new(_cells)), Json) + "\n");
        }
    }

    private sealed record Stored(IReadOnlyDictionary<string, string> Versions, Dictionary<string, IReadOnlyList<CellResult>> Cells);
}
