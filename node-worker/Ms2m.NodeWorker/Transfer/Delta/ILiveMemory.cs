namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>The memory of a container's processes while they run.</summary>
public interface ILiveMemory
{
    /// <summary>Blocks of whole pages, each of them good until the next is asked for. A page may be torn and the whole is of
    /// no one moment: what it is good for is that most of its pages will be in the next checkpoint too.</summary>
    IEnumerable<ReadOnlyMemory<byte>> Read(LiveContainer container);
}

/// <param name="Pid">Its first process, when it was last looked at; somebody else's may be called so now.</param>
/// <param name="Id">Which the control groups of its processes have in their names, and of no others.</param>
public sealed record LiveContainer(int Pid, string Id);
