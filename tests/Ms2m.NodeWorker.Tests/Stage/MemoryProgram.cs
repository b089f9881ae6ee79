using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>Asks the image <c>memory</c> for its pages. Each says by its number and version what it must hold, so zeros, and pages of
/// another moment or place, would be seen.</summary>
internal sealed class MemoryProgram : IDisposable
{
    public const string Image = "localhost/ms2m/memory:latest";
    public const int PageLength = 4096;

    private readonly TcpClient _client;

    private MemoryProgram(TcpClient client) => _client = client;

    public static async Task<MemoryProgram> ConnectAsync(IPAddress address) => await Eventually.GetAsync("the program", async () =>
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(address, 7070);
            return new MemoryProgram(client);
        }
        catch (SocketException)
        {
            client.Dispose();
            return null;
        }
    });

    /// <summary>The content after twelve bytes of head.</summary>
    public async Task<byte[]> AskAsync(uint page)
    {
        var question = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(question, page);
        await _client.GetStream().WriteAsync(question);
        var answer = new byte[12 + PageLength];
        await _client.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(15));
        return answer;
    }

    /// <summary>Each thirteenth page of so many megabytes.</summary>
    public async Task AllPagesAreRightAsync(uint megabytes)
    {
        for (var page = 0u; page < megabytes << 8; page += 13)
            Assert.True(IsPage(await AskAsync(page), page), $"page {page}");
    }

    /// <summary>As the program fills its pages.</summary>
    public static bool IsPage(byte[] answer, uint page)
    {
        var content = answer.AsSpan(12);
        var state = ((ulong)page << 32) ^ BinaryPrimitives.ReadUInt64LittleEndian(content);
        for (var at = 8; at < PageLength; at += 8)
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            if (BinaryPrimitives.ReadUInt64LittleEndian(content[at..]) != (mixed ^ (mixed >> 31)))
                return false;
        }
        return true;
    }

    public void Dispose() => _client.Dispose();
}
