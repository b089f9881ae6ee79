using System.Globalization;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Memory of workloads that this node keeps, so that what it has of it need not travel once more: what it sent
/// when a workload left (<see cref="LeftBehind"/>), what it was sent ahead of a checkpoint (<see cref="SentAhead"/>), and what
/// it was sent as a standby node before anybody asked for a migration (<see cref="InAdvance"/>). Each is a folder like a received
/// checkpoint's, with the hashes of its pages beside it.</summary>
public sealed class Bases(WorkerOptions options, Room room, TimeProvider time, ILogger<Bases> log)
{
    internal const string LeftBehind = "left";
    internal const string SentAhead = "ahead";
    internal const string InAdvance = "standby";
    private const string PagesFile = "pages.bin";

    /// <summary>What is not whole by then could not be removed by who was taking it.</summary>
    private static readonly TimeSpan LongestComing = TimeSpan.FromMinutes(20);

    /// <summary>Steps of several migrations and the keeper let go of bases, at times of the same.</summary>
    private readonly Lock _removing = new();

    /// <summary>Complete bases of a workload.</summary>
    internal IReadOnlyList<Base> Of(string workload) =>
        [.. All().Where(b => b.Workload == workload && b.IsUsable).OrderBy(b => b.Folder, StringComparer.Ordinal)];

    /// <summary>Complete or not: what takes room.</summary>
    internal IReadOnlyList<Base> All() =>
    [
        .. from workload in FoldersIn(options.BaseFolder)
           from folder in FoldersIn(workload)
           let parts = Path.GetFileName(folder).Split('-')
           where parts.Length >= 2 && Guid.TryParseExact(parts[1], "N", out _)
           select new Base(Path.GetFileName(workload), Guid.ParseExact(parts[1], "N"), parts[0], folder),
    ];

    /// <summary>Where the next one that is sent ahead of a migration's checkpoint goes.</summary>
    internal string FolderAhead(Reservation reservation, int number) => Path.Combine(
        options.BaseFolder, reservation.Spec.Name,
        string.Create(CultureInfo.InvariantCulture, $"{SentAhead}-{reservation.MigrationId:N}-{reservation.Attempt}-{number:D3}"));

    /// <summary>Which pages of the workload are here, as <see cref="PageList"/> says.</summary>
    internal async Task WritePagesAsync(string workload, Stream to, CancellationToken cancel)
    {
        foreach (var one in Of(workload).TakeLast(byte.MaxValue))
        {
            byte[] pages;
            try
            {
                pages = await File.ReadAllBytesAsync(one.Pages, cancel);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Somebody let go of it just now.
                continue;
            }
            await to.WriteAsync(pages, cancel);
        }
    }

    /// <summary>Where what a round sends to this standby node goes, and for how long it is kept there.</summary>
    internal string FolderInAdvance(string workload, Guid roundId, int seconds) => Path.Combine(
        options.BaseFolder, workload, string.Create(CultureInfo.InvariantCulture, $"{InAdvance}-{roundId:N}-{seconds}"));

    /// <summary>What of the share other workloads leave.</summary>
    internal long ShareFor(string workload) =>
        (long)(room.SpaceForCheckpoints / 100.0 * options.BaseShare) - All().Where(b => b.Workload != workload).Sum(b => b.Bytes);

    /// <summary>What a standby node was sent says all that those before it said. What a migration sends is its own.</summary>
    internal void ReplaceBy(string workload, Guid roundId) =>
        Remove(b => b.Workload == workload && !b.IsAhead && b.MigrationId != roundId);

    /// <summary>What may be sent ahead: the checkpoint itself must still find room.</summary>
    internal long FreeAhead(Reservation reservation) =>
        room.FreeForCheckpoints - options.ReserveBytes - Room.WithGrowth(reservation.ExpectedBytes);

    /// <summary>From here on the folder is a base.</summary>
    internal static async Task MakeUsableAsync(string folder, string digest, CancellationToken cancel)
    {
        var list = await PageList.OfFolderAsync(digest, Path.Combine(folder, "images"), cancel);
        using var bytes = new MemoryStream();
        await list.WriteAsync(bytes, cancel);
        PrivateFiles.Replace(Path.Combine(folder, PagesFile), bytes.ToArray());
    }

    /// <summary>Takes a checkpoint that has gone to another node, for the workload's way back; or removes it, when it is
    /// larger than what may be kept.</summary>
    /// <param name="ahead">Files of a pre-dump, of which the checkpoint consists besides. They hold what has changed since, too: they
    /// are left out where they do not fit.</param>
    internal async Task KeepAsync(
        string workload, Guid migrationId, string images, CompleteCheckpoint sent, CancellationToken cancel,
        IReadOnlyList<string>? ahead = null)
    {
        Remove(b => b.Workload == workload);
        var most = (long)(room.SpaceForCheckpoints / 100.0 * options.BaseShare);
        var bytes = ahead is { Count: > 0 } ? LengthOf(Directory.GetFiles(images)) : sent.Bytes;
        if (bytes + LengthOf(ahead ?? []) > most)
            ahead = null;
        bytes += LengthOf(ahead ?? []);
        if (options.BaseSeconds == 0 || bytes > most)
            return;
        foreach (var other in All().OrderBy(b => b.At))
        {
            if (All().Sum(b => b.Bytes) + bytes <= most)
                break;
            Remove(b => b == other);
        }
        var folder = Path.Combine(options.BaseFolder, workload, $"{LeftBehind}-{migrationId:N}");
        try
        {
            PrivateFiles.CreateFolder(options.BaseFolder);
            PrivateFiles.CreateFolder(Path.GetDirectoryName(folder)!);
            PrivateFiles.CreateFolder(folder);
            Directory.Move(images, Path.Combine(folder, "images"));
            foreach (var file in ahead ?? [])
                File.Move(file, Path.Combine(folder, "images", $"ahead-{Path.GetFileName(file)}"));
            PrivateFiles.ReplaceJson(Path.Combine(folder, CompleteCheckpoint.FileName), sent);
            await MakeUsableAsync(folder, sent.Digest, cancel);
            TransferLog.BaseKept(log, workload, bytes, options.BaseSeconds);
        }
        catch (IOException e)
        {
            // Only the way back is longer without it.
            TransferLog.BaseNotKept(log, workload, e.Message);
            PrivateFiles.DeleteFolder(folder);
        }
    }

    /// <summary>Lets go of bases, other workloads' and older ones first, until so much is free.</summary>
    internal void MakeRoom(string workload, Func<bool> isEnough)
    {
        foreach (var one in All().OrderBy(b => b.Workload == workload).ThenBy(b => b.At))
        {
            if (isEnough())
                return;
            TransferLog.BaseGivenUp(log, one.Workload, one.Bytes);
            Remove(b => b == one);
        }
    }

    internal void MakeRoomForDump(string workload, long bytes) =>
        MakeRoom(workload, () => room.FreeForCheckpoints - options.ReserveBytes >= Room.WithGrowth(bytes));

    /// <summary>The workload is here, or is no more: nobody will need what is kept of it.</summary>
    internal void RemoveOf(string workload) => Remove(b => b.Workload == workload);

    /// <summary>What was sent ahead has been used or never will be.</summary>
    internal void RemoveAhead(Guid migrationId) => Remove(b => b.MigrationId == migrationId && b.IsAhead);

    internal void RemoveOf(Guid migrationId) => Remove(b => b.MigrationId == migrationId);

    /// <summary>A restarted worker keeps none.</summary>
    internal void RemoveAll() => PrivateFiles.DeleteFolder(options.BaseFolder);

    internal void RemoveInAdvance(string workload) => Remove(b => b.Workload == workload && b.IsStandby);

    /// <summary>But for what is still coming, and for what a migration is about to need.</summary>
    /// <param name="awaited">Workloads that migrations bring here.</param>
    internal void RemoveOld(IReadOnlyCollection<string> awaited) =>
        Remove(b => !b.IsAhead && !awaited.Contains(b.Workload) && time.GetUtcNow() - b.At > KeepsFor(b));

    private TimeSpan KeepsFor(Base one) => one is { IsStandby: true, IsUsable: false }
        ? LongestComing
        : TimeSpan.FromSeconds(Math.Min(options.BaseSeconds, one.Seconds ?? int.MaxValue));

    private void Remove(Func<Base, bool> which)
    {
        lock (_removing)
        {
            foreach (var one in All().Where(which).ToList())
                Remove(one);
        }
    }

    private void Remove(Base one)
    {
        try
        {
            // First what makes it usable.
            File.Delete(Path.Combine(one.Folder, PagesFile));
            PrivateFiles.DeleteFolder(one.Folder);
        }
        catch (DirectoryNotFoundException)
        {
            // Who was sending it has just thrown it away.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next look tries again.
            TransferLog.BaseNotRemoved(log, one.Workload, e.Message);
        }
    }

    private static long LengthOf(IEnumerable<string> files) => files.Sum(file => new FileInfo(file).Length);

    private static string[] FoldersIn(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}

/// <param name="MigrationId">Or the id of the round that sent it to a standby node.</param>
/// <param name="Kind">As its folder's name begins.</param>
internal sealed record Base(string Workload, Guid MigrationId, string Kind, string Folder)
{
    /// <summary>Sent ahead of a checkpoint that is still to come.</summary>
    public bool IsAhead => Kind == Bases.SentAhead;

    public bool IsStandby => Kind == Bases.InAdvance;

    /// <summary>For how long it is kept, where that is its own.</summary>
    public int? Seconds => IsStandby && int.TryParse(
        Folder.AsSpan(Folder.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;

    public bool IsUsable => File.Exists(Pages);

    public string Images => Path.Combine(Folder, "images");

    public string Pages => Path.Combine(Folder, "pages.bin");

    public CompleteCheckpoint? Complete => PrivateFiles.ReadJson<CompleteCheckpoint>(Path.Combine(Folder, CompleteCheckpoint.FileName));

    public DateTimeOffset At => Directory.GetLastWriteTimeUtc(Folder);

    public long Bytes
    {
        get
        {
            try
            {
                return new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
            {
                // Somebody lets go of it just now.
                return 0;
            }
        }
    }
}
