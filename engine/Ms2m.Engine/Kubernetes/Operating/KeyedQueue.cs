using System.Threading.Channels;

namespace Ms2m.Engine.Kubernetes.Operating;

/// <summary>Keys that are to be looked at. One that is asked for again while it waits is looked at once; one that is asked
/// for while somebody is at it comes again afterwards, never beside.</summary>
internal sealed class KeyedQueue<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly HashSet<TKey> _wanted = [];
    private readonly HashSet<TKey> _inHand = [];
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();

    public void Add(TKey key)
    {
        lock (_lock)
        {
            if (_wanted.Add(key) && !_inHand.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>The next key, in the caller's hand until it is <see cref="Done"/>.</summary>
    public async Task<TKey> TakeAsync(CancellationToken token)
    {
        var key = await _ready.Reader.ReadAsync(token);
        lock (_lock)
        {
            _wanted.Remove(key);
            _inHand.Add(key);
        }

        return key;
    }

    public void Done(TKey key)
    {
        lock (_lock)
        {
            _inHand.Remove(key);
            if (_wanted.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }
}
