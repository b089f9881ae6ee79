namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Where the target has which page.</summary>
internal sealed class PageIndex
{
    private readonly List<(byte Base, PagesOfFile File)> _files = [];
    private readonly Dictionary<ulong, PagePlace> _places;

    public PageIndex(IReadOnlyList<PageList> lists)
    {
        Bases = [.. lists.Select(list => list.Base)];
        _places = new((int)Math.Min(lists.Sum(list => list.Pages), int.MaxValue / 2));
        for (var number = 0; number < lists.Count; number++)
        {
            foreach (var file in lists[number].Files)
                Add((byte)number, file);
        }
    }

    /// <summary>Digests, in the order in which places count them.</summary>
    public IReadOnlyList<string> Bases { get; }

    public PagePlace? Find(ulong hash) => _places.TryGetValue(hash, out var place) ? place : null;

    /// <summary>Whether that page lies at that place too. The same page may lie at many; the one that follows on the last
    /// makes one frame of two.</summary>
    public bool IsAt(PagePlace place, ulong hash) =>
        _files[place.File].File.Hashes is var hashes && place.Page < hashes.Length && hashes[place.Page] == hash;

    public (byte Base, string Name) FileOf(PagePlace place) => (_files[place.File].Base, _files[place.File].File.Name);

    private void Add(byte number, PagesOfFile file)
    {
        _files.Add((number, file));
        for (var page = 0; page < file.Hashes.Length; page++)
            _places.TryAdd(file.Hashes[page], new PagePlace(_files.Count - 1, page));
    }
}

internal readonly record struct PagePlace(int File, int Page)
{
    public PagePlace After(int pages) => this with { Page = Page + pages };
}
