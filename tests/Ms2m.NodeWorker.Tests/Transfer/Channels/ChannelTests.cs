using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Tests.Transfer.Channels;

/// <summary>A channel between two workers over a real port, and whatever may happen to it.</summary>
public sealed class ChannelTests
{
    [Fact]
    public async Task what_each_side_says_arrives_at_the_other_and_so_does_each_ones_end()
    {
        var sent = RandomNumberGenerator.GetBytes(3_000_001);
        await using var stage = await TransferStage.OpenAsync(channel: EchoAsync);
        await using var channel = (await stage.OpenChannelAsync()).Value;

        var saying = SayAndEndAsync(channel, sent);
        using var heard = new MemoryStream();
        await channel.CopyToAsync(heard).WithinLimitAsync("the echo and its end");
        await saying;

        Assert.Equal(sent, heard.ToArray());
    }

    [Fact]
    public async Task one_side_may_end_and_still_hear_the_other()
    {
        var ended = new TaskCompletionSource();
        await using var stage = await TransferStage.OpenAsync(channel: async (_, channel, cancel) =>
        {
            while (await channel.ReadAsync(new byte[100], cancel) > 0)
            {
            }
            ended.SetResult();
            await channel.WriteAsync("late"u8.ToArray(), cancel);
        });
        await using var channel = (await stage.OpenChannelAsync()).Value;

        await channel.EndAsync(CancellationToken.None);
        await ended.Task.WithinLimitAsync("the end at the target");

        Assert.Equal("late", await ReadAllAsync(channel));
    }

    [Fact]
    public async Task the_target_knows_for_which_reservation_it_serves()
    {
        Guid seen = default;
        await using var stage = await TransferStage.OpenAsync(channel: (reservation, _, _) =>
        {
            seen = reservation.MigrationId;
            return Task.CompletedTask;
        });
        await using var channel = (await stage.OpenChannelAsync()).Value;
        await ReadAllAsync(channel);

        Assert.Equal(stage.MigrationId, seen);
    }

    [Fact]
    public async Task a_wrong_token_opens_nothing()
    {
        await using var stage = await TransferStage.OpenAsync(channel: NotToBeServed);

        var opened = await stage.OpenChannelAsync(token: "wrong");

        Assert.Contains("401", opened.Trouble!.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task another_node_of_ours_is_refused_with_the_same_sentence_as_a_sender()
    {
        var other = new MutualTls(TestAuthority.Ours.Folder("node-x"), "node-x", NullLogger<MutualTls>.Instance);
        await using var stage = await TransferStage.OpenAsync(source: other, channel: NotToBeServed);

        Assert.Equal("MS2M-2306", (await stage.OpenChannelAsync()).Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_target_that_is_not_the_node_that_was_named_hears_nothing()
    {
        var other = new MutualTls(TestAuthority.Ours.Folder("node-x"), "node-x", NullLogger<MutualTls>.Instance);
        await using var stage = await TransferStage.OpenAsync(target: other, channel: NotToBeServed);

        Assert.Equal("MS2M-2305", (await stage.OpenChannelAsync()).Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_target_without_encryption_hears_nothing()
    {
        await using var stage = await TransferStage.OpenAsync(target: new Unprotected(), channel: NotToBeServed);

        Assert.Equal("MS2M-2305", (await stage.OpenChannelAsync()).Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_purpose_that_nobody_serves_is_refused_with_the_reason()
    {
        await using var stage = await TransferStage.OpenAsync(channel: NotToBeServed);

        var opened = await stage.OpenChannelAsync(purpose: "another");

        Assert.Equal("MS2M-2301", opened.Trouble!.Reason.Code);
        Assert.Contains("no channel of this purpose", opened.Trouble.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_fails_at_the_target_breaks_the_channel_off_at_the_source()
    {
        await using var stage = await TransferStage.OpenAsync(channel: async (_, channel, cancel) =>
        {
            await channel.ReadExactlyAsync(new byte[1], cancel);
            throw new InvalidOperationException("It is broken.");
        });
        await using var channel = (await stage.OpenChannelAsync()).Value;
        await channel.WriteAsync(new byte[1]);

        await Assert.ThrowsAnyAsync<IOException>(() => ReadAllAsync(channel).WithinLimitAsync("the break"));
    }

    [Fact]
    public async Task a_source_that_lets_go_without_an_end_is_seen_at_the_target()
    {
        var met = new TaskCompletionSource<Exception?>();
        await using var stage = await TransferStage.OpenAsync(channel: Meeting(met));
        var channel = (await stage.OpenChannelAsync()).Value;

        await channel.DisposeAsync();

        var there = Assert.IsAssignableFrom<IOException>(await met.Task.WithinLimitAsync("the break at the target"));
        Assert.DoesNotContain("nothing was heard", there.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_wire_that_goes_silent_without_a_word_is_noticed_on_both_sides()
    {
        var met = new TaskCompletionSource<Exception?>();
        await using var stage = await TransferStage.OpenAsync(channel: Meeting(met));
        await using var wire = new BreakingWire(stage.Url, int.MaxValue);
        await using var channel = (await stage.OpenChannelAsync(url: wire.Url)).Value;

        wire.IsSilent = true;

        var here = await Assert.ThrowsAsync<IOException>(() => ReadAllAsync(channel).WithinLimitAsync("the break at the source"));
        Assert.Contains("nothing was heard", here.Message, StringComparison.Ordinal);
        var there = await met.Task.WithinLimitAsync("the break at the target");
        Assert.Contains("nothing was heard", Assert.IsType<IOException>(there).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task two_sides_that_have_nothing_to_say_stay_connected()
    {
        var patience = TransferStage.Short;
        await using var stage = await TransferStage.OpenAsync(channel: async (_, channel, cancel) =>
        {
            await Task.Delay(patience.Silence * 2, TimeProvider.System, cancel);
            await channel.WriteAsync("still here"u8.ToArray(), cancel);
        });
        await using var channel = (await stage.OpenChannelAsync()).Value;

        Assert.Equal("still here", await ReadAllAsync(channel));
    }

    [Fact]
    public async Task the_target_closes_its_channels_when_the_migration_has_no_more_use_for_them()
    {
        var met = new TaskCompletionSource<Exception?>();
        await using var stage = await TransferStage.OpenAsync(channel: Meeting(met));
        await using var channel = (await stage.OpenChannelAsync()).Value;
        await channel.WriteAsync("x"u8.ToArray());

        await stage.Channels.CloseAsync(stage.MigrationId).WithinLimitAsync("the channel's end");

        Assert.True(met.Task.IsCompleted);
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAllAsync(channel).WithinLimitAsync("the break"));
    }

    [Fact]
    public async Task what_was_admitted_before_the_migration_was_over_is_not_served_after_it()
    {
        var open = new OpenChannels();
        await open.CloseAsync(Guid.Empty);

        await Assert.ThrowsAsync<OperationCanceledException>(() => open.RunAsync(
            Guid.Empty, "tested", isWanted: () => false, _ => throw new InvalidOperationException("It is served."), default));
    }

    [Fact]
    public async Task a_new_channel_takes_the_place_of_one_that_was_given_up()
    {
        var served = 0;
        await using var stage = await TransferStage.OpenAsync(channel: async (_, channel, cancel) =>
        {
            var mine = Interlocked.Increment(ref served);
            await channel.WriteAsync(Encoding.ASCII.GetBytes($"{mine}"), cancel);
            if (mine == 1)
                await Assert.ThrowsAnyAsync<Exception>(() => channel.ReadExactlyAsync(new byte[1], cancel).AsTask());
        });
        await using var first = (await stage.OpenChannelAsync()).Value;
        Assert.Equal(1, await first.ReadAsync(new byte[1]));

        await using var second = (await stage.OpenChannelAsync()).Value;

        Assert.Equal("2", await ReadAllAsync(second));
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAllAsync(first).WithinLimitAsync("the break of the first"));
    }

    [Fact]
    public async Task a_read_that_is_cancelled_is_the_channels_end()
    {
        var met = new TaskCompletionSource<Exception?>();
        await using var stage = await TransferStage.OpenAsync(channel: Meeting(met));
        await using var channel = (await stage.OpenChannelAsync()).Value;
        using var stop = new CancellationTokenSource();

        var reading = channel.ReadAsync(new byte[1], stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WithinLimitAsync("the cancelled read"));
        await Assert.ThrowsAsync<IOException>(() => channel.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task it_is_as_slow_as_the_transfer_may_be()
    {
        var length = 0L;
        await using var stage = await TransferStage.OpenAsync(channel: async (_, channel, cancel) =>
        {
            using var heard = new MemoryStream();
            await channel.CopyToAsync(heard, cancel);
            length = heard.Length;
        });
        var options = new TransferOptions { MaxBytesPerSecond = 200_000 };
        await using var channel = (await stage.OpenChannelAsync(options: options)).Value;

        var since = TimeProvider.System.GetTimestamp();
        await channel.WriteAsync(new byte[120_000]);
        await channel.EndBothAsync(CancellationToken.None).WithinLimitAsync("the end");

        Assert.Equal(120_000, length);
        // A tenth of a second's worth may go at once.
        Assert.True(TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(0.45));
    }

    private static async Task EchoAsync(
        Reservation reservation, ChannelStream channel, CancellationToken cancel) =>
        await channel.CopyToAsync(channel, cancel);

    private static Task NotToBeServed(
        Reservation reservation, ChannelStream channel, CancellationToken cancel) =>
        throw new InvalidOperationException("Nobody should get here.");

    private static Func<Reservation, ChannelStream, CancellationToken, Task> Meeting(
        TaskCompletionSource<Exception?> met) => async (_, channel, cancel) =>
    {
        try
        {
            while (await channel.ReadAsync(new byte[1000], cancel) > 0)
            {
            }
            met.SetResult(null);
        }
        catch (Exception e)
        {
            met.SetResult(e);
            throw;
        }
    };

    private static async Task SayAndEndAsync(ChannelStream channel, byte[] bytes)
    {
        await channel.WriteAsync(bytes);
        await channel.EndAsync(CancellationToken.None);
    }

    private static async Task<string> ReadAllAsync(ChannelStream channel)
    {
        using var heard = new MemoryStream();
        await channel.CopyToAsync(heard);
        return Encoding.ASCII.GetString(heard.ToArray());
    }
}
