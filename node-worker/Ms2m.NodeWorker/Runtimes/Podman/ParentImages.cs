namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Makes images that build on others into images that stand for themselves, as far as their lists of pages go; the pages
/// are left where they lie, and told by pieces. So nothing is copied while the processes stand still, and whoever restores them need
/// not know that there ever was a parent.</summary>
internal static class ParentImages
{
    /// <summary>CRIU's link to the folder of the parent.</summary>
    public const string Link = "parent";

    /// <returns>Of which pieces the files of pages consist.</returns>
    /// <exception cref="InvalidDataException">The parent has not what it should have.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<FilePiece>> PutTogether(string images, string parent)
    {
        var pieces = new Dictionary<string, IReadOnlyList<FilePiece>>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(images, "pagemap-*.img"))
        {
            var map = Pagemap.Parse(File.ReadAllBytes(path));
            if (!map.Entries.Any(entry => entry.IsInParent))
                continue;
            pieces[map.PagesFile] = PiecesOf(map, images, new ParentPages(parent, Path.GetFileName(path)));
            PrivateFiles.Replace(path, (map with { Entries = [.. map.Entries.Select(e => e.IsInParent ? e.Taken() : e)] }).ToBytes());
        }
        File.Delete(Path.Combine(images, Link));
        return pieces;
    }

    private static List<FilePiece> PiecesOf(Pagemap map, string images, ParentPages parent)
    {
        var pieces = new List<FilePiece>();
        var own = Path.Combine(images, map.PagesFile);
        var at = 0L;
        foreach (var entry in map.Entries)
        {
            if (entry.IsInParent)
            {
                pieces.AddRange(parent.Find(entry.Address, entry.End));
            }
            else if (entry.IsHere)
            {
                var length = (long)entry.Pages * Pagemap.PageLength;
                pieces.Add(new FilePiece(own, at, length));
                at += length;
            }
        }
        if (at != new FileInfo(own).Length)
            throw new InvalidDataException($"{map.PagesFile} is not as long as its list says.");
        return pieces;
    }

    /// <summary>Pages of the parent, by their addresses.</summary>
    private sealed class ParentPages
    {
        private readonly List<(ulong Address, ulong End, long Offset)> _stretches = [];
        private readonly string _file;

        public ParentPages(string folder, string list)
        {
            var map = Pagemap.Parse(File.ReadAllBytes(Path.Combine(folder, list)));
            _file = Path.Combine(folder, map.PagesFile);
            var at = 0L;
            foreach (var entry in map.Entries.Where(entry => entry.IsHere))
            {
                _stretches.Add((entry.Address, entry.End, at));
                at += (long)entry.Pages * Pagemap.PageLength;
            }
            if (at != new FileInfo(_file).Length)
                throw new InvalidDataException($"The parent's {map.PagesFile} is not as long as its list says.");
        }

        public IEnumerable<FilePiece> Find(ulong from, ulong to)
        {
            var at = _stretches.BinarySearch((from, ulong.MaxValue, long.MaxValue));
            for (var i = at >= 0 ? at : ~at - 1; from < to; i++)
            {
                if (i < 0 || i >= _stretches.Count || from < _stretches[i].Address || from >= _stretches[i].End)
                    throw new InvalidDataException($"The parent has no page at {from:x}.");
                var (address, end, offset) = _stretches[i];
                var until = Math.Min(end, to);
                yield return new FilePiece(_file, offset + (long)(from - address), (long)(until - from));
                from = until;
            }
        }
    }
}
