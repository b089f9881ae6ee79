using System.Buffers.Binary;
using System.Net.Sockets;

namespace Ms2m.Clients;

/// <summary>Asks the memory writer for one page after the other, all over its memory: each must hold what follows from its
/// number and version, no version may go back, and no question may be counted twice or not at all.</summary>
public sealed class MemoryClient(string host, int port = 7070, TimeSpan? pause = null)
    : WorkloadClient(host, port, pause ?? TimeSpan.FromMilliseconds(5))
{
    private const int PageSize = 4096;

    private readonly Dictionary<uint, long> _versions = [];
    private readonly byte[] _answer = new byte[12 + PageSize];
    private NetworkStream? _stream;
    private long _asked;
    private uint _page;

    protected override async Task OpenAsync(CancellationToken cancel)
    {
        _stream = await ConnectAsync(cancel);
        _asked = 0;
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await InTimeAsync(AskAsync);
                Judge();
                Seen.Answered();
                await RestAsync(stopping);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                Seen.Broke(e.Message);
                Close();
                await OpenAsync(CancellationToken.None);
            }
        }
    }

    protected override void Close() => _stream?.Dispose();

    private async Task<bool> AskAsync(CancellationToken cancel)
    {
        var question = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(question, _page);
        await _stream!.WriteAsync(question, cancel);
        await _stream.ReadExactlyAsync(_answer, cancel);
        _asked++;
        return true;
    }

    private void Judge()
    {
        var answered = BinaryPrimitives.ReadInt64LittleEndian(_answer);
        if (answered < _asked)
        {
            Seen.Lost(_asked - answered, $"it has answered {answered} questions of {_asked}");
        }
        else if (answered > _asked)
        {
            Seen.Duplicated(answered - _asked, $"it has answered {answered} questions where {_asked} were asked");
        }

        _asked = answered;
        var version = BinaryPrimitives.ReadInt64LittleEndian(_answer.AsSpan(12));
        if (version < _versions.GetValueOrDefault(_page))
        {
            Seen.Lost(1, $"page {_page} went back from version {_versions[_page]} to {version}");
        }
        else if (!IsPage(_answer.AsSpan(12), _page, version))
        {
            Seen.Lost(1, $"page {_page} does not hold what its version {version} says");
        }

        _versions[_page] = version;
        var pages = (uint)BinaryPrimitives.ReadInt32LittleEndian(_answer.AsSpan(8));
        _page = (_page + 7919) % pages;
    }

    private static bool IsPage(ReadOnlySpan<byte> content, uint page, long version)
    {
        var state = ((ulong)page << 32) ^ (ulong)version;
        for (var at = 8; at < PageSize; at += 8)
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            if (BinaryPrimitives.ReadUInt64LittleEndian(content[at..]) != (mixed ^ (mixed >> 31)))
            {
                return false;
            }
        }

        return true;
    }
}
