using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Transfer.Wire;

public sealed class TokenBucketTests
{
    private readonly HandTime _time = new();

    /// <summary>Sends so many slices, waiting as it is told; gives how long it took.</summary>
    private TimeSpan Send(TokenBucket bucket, int slices)
    {
        var since = _time.GetTimestamp();
        for (var i = 0; i < slices; i++)
            _time.Advance(bucket.Take(bucket.Slice));
        return _time.GetElapsedTime(since);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    [InlineData(125_000_000)]
    public void over_a_while_the_rate_is_the_one_asked_for(long rate)
    {
        var bucket = new TokenBucket(rate, _time);
        var slices = (int)(10 * rate / bucket.Slice);

        var took = Send(bucket, slices);

        Assert.InRange(took.TotalSeconds, 9.7, 10.1);
    }

    [Fact]
    public void what_was_not_used_is_kept_for_a_tenth_of_a_second_only()
    {
        var bucket = new TokenBucket(1_000_000, _time);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(TimeSpan.Zero, bucket.Take(100_000));
        Assert.InRange(bucket.Take(100_000).TotalMilliseconds, 99, 101);
    }

    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
