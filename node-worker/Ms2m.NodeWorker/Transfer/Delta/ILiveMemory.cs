namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>The memory of a container's processes while they run.</summary>
public interface ILiveMemory
{
    /// <summary>Blocks of whole pages, each of them good until the next is asked for. A page may be torn and the whole is of
    /// no one moment: what it is good for is that most of its pages will be in the next checkpoint too.</summary>
    /// <param name="pid">The container's first process.</param>
    IEnumerable<ReadOnlyMemory<byte>> Read(int pid);
}
