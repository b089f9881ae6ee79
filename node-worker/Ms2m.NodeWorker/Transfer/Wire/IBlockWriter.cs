namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>Makes frames of files, block by block.</summary>
internal interface IBlockWriter
{
    /// <param name="block">The next piece of that file; it is the caller's again afterwards.</param>
    ValueTask WriteAsync(string name, long at, ReadOnlyMemory<byte> block, CancellationToken cancel);

    ValueTask EndFileAsync(string name, CancellationToken cancel);
}
