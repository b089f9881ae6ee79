using System.Diagnostics;
using Ms2m.Contracts;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Workload;

/// <summary>Connections: the instance file first, then the broker; again and again.</summary>
internal sealed partial class WorkloadLoop
{
    /// <summary>The first try is at once: after a restore every millisecond is part of the interruption.</summary>
    private static readonly int[] PausesMs = [0, 20, 50, 100, 200, 500, 1000];
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private BrokerLink? link;
    private QueueSide? queueSide;
    private ReplaySide? replaySide;
    private ControlSide? controlSide;
    private ReplayProgress? progress;
    private Task? ticking;
    private int shortLived;
    private long? refusedSince;

    private void StartLinking() => _ = Task.Run(LinkAsync);

    private async Task LinkAsync()
    {
        string? said = null;
        for (var attempt = Math.Min(shortLived, PausesMs.Length - 1); !ended; attempt++)
        {
            if (PausesMs[Math.Min(attempt, PausesMs.Length - 1)] is var pause and > 0)
            {
                await Task.Delay(pause);
            }
            var problem = await TryLinkAsync();
            if (problem is null)
            {
                return;
            }
            if (problem != said)
            {
                options.Log(said = problem);
            }
        }
    }

    /// <summary>Null when there is nothing more to try, else the problem.</summary>
    private async Task<string?> TryLinkAsync()
    {
        var seen = file.Stamp();
        var (read, why) = file.Read();
        if (read is null)
        {
            return why;
        }
        var standing = RoleRule.Decide(memory.Memory, read, began);
        switch (standing)
        {
            case Standing.Retire:
                Post(new RetiredByFile());
                return null;
            case Standing.Distrust:
                return $"the instance file (workload {read.Workload}, role {read.Role}, epoch {read.Epoch}) cannot be meant "
                    + $"for this memory ({memory.Memory}); waiting for another";
        }
        try
        {
            Post(new Linked(await BrokerLink.OpenAsync(read, Post, CancellationToken.None), read, standing, seen));
            refusedSince = null;
            return null;
        }
        catch (BrokerUnreachableException e) when (e.GetBaseException() is AuthenticationFailureException)
        {
            refusedSince ??= Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(refusedSince.Value) < options.RefusedPatience)
            {
                return "the broker refuses this instance: its access was revoked; touching nothing";
            }
            Post(new RetiredByBroker());
            return null;
        }
        catch (Exception e) when (IsOfTheBroker(e))
        {
            return $"the broker cannot be reached: {e.Message}";
        }
    }

    private async Task TakeLinkAsync(Linked linked)
    {
        // Between reading the file and opening the connection this memory may have been copied. An older connection than
        // the copy is dead in it, so what the file says now is what this connection was opened under.
        if (result is not null || file.Stamp() != linked.Stamp)
        {
            linked.Opened.Abandon();
            StartLinking();
            return;
        }
        link = linked.Opened;
        stamp = linked.Stamp;
        queueSide = new QueueSide(link, options, topology);
        replaySide = new ReplaySide(link);
        controlSide = new ControlSide(link, linked.File.InstanceId);
        await GuardAsync(async () =>
        {
            memory.Linked(linked.File, linked.Standing);
            await DoActsAsync();
            options.Log($"connected as {memory.InstanceId}: {linked.Standing}, role {memory.Role}, epoch {memory.Epoch}");
            await reports.SendAgainAsync(link, memory.InstanceId);
        });
        if (link is { } current)
        {
            // Not waited for: a shadow's journal is more urgent than its commands.
            _ = ConsumeControlAsync(current, controlSide);
        }
    }

    private static async Task ConsumeControlAsync(BrokerLink link, ControlSide control)
    {
        try
        {
            await control.ConsumeAsync();
        }
        catch (Exception e) when (IsOfTheBroker(e))
        {
            link.Lose($"the control queue cannot be consumed: {e.Message}");
        }
    }

    private void LoseLink(string why)
    {
        if (link is null)
        {
            return;
        }
        options.Log($"connection lost: {why}");
        shortLived = DateTime.UtcNow - link.Opened < Lasting ? shortLived + 1 : 0;
        link.Abandon();
        link = null;
        (queueSide, replaySide, controlSide, progress) = (null, null, null, null);
        memory.LinkLost();
        if (!stopping)
        {
            StartLinking();
        }
    }

    /// <summary>Before a message is begun: a source that was frozen or cut off may have been replaced meanwhile.</summary>
    private async Task RenewLeaseAsync()
    {
        if (link is { } current && memory.Role == InstanceRole.Active && lease.IsOver)
        {
            await GuardAsync(async () =>
            {
                await current.ProveAsync(memory.InstanceId);
                lease.Heard();
            });
        }
        lease.Turn();
    }

    /// <summary>Whether the instance file still says what this memory takes itself for. Asked before everything that a copy
    /// must not do, but only while there may be a copy.</summary>
    private bool IsStillItself()
    {
        if (link is null || !memory.InMigration)
        {
            return true;
        }
        KeepLooking();
        var now = file.Stamp();
        if (now == stamp)
        {
            return true;
        }
        var (read, why) = file.Read();
        if (read is null)
        {
            // Not knowing what it is, it begins nothing.
            if (now != unreadable)
            {
                unreadable = now;
                options.Log(why);
            }
            return false;
        }
        if (RoleRule.Decide(memory.Memory, read, began) == Unchanged && read.InstanceId == memory.InstanceId)
        {
            stamp = now;
            return true;
        }
        LoseLink($"the instance file says {read.InstanceId}, role {read.Role}, epoch {read.Epoch}");
        return false;
    }

    private FileStamp unreadable;

    private Standing Unchanged => memory.Role == InstanceRole.Active ? Standing.Serve : Standing.Follow;

    /// <summary>An idle copy gets no message before which it would look at the file, so time makes it look.</summary>
    private void KeepLooking() => ticking ??= Task.Run(async () =>
    {
        using var timer = new PeriodicTimer(Look);
        while (await timer.WaitForNextTickAsync(CancellationToken.None) && !ended && memory.InMigration)
        {
            Post(new TimePassed());
        }
        ticking = null;
    });

    private async Task GuardAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (IsOfTheBroker(e))
        {
            LoseLink(e.Message);
        }
    }

    private static bool IsOfTheBroker(Exception e) =>
        e is OperationInterruptedException or BrokerUnreachableException or AlreadyClosedException or IOException
            or OperationCanceledException or TimeoutException or ObjectDisposedException or ProtocolViolationException
            or ChannelAllocationException or System.Net.Sockets.SocketException
            // A write that waited for a broker that reads nothing, on a connection that then died.
            or System.Threading.Channels.ChannelClosedException;
}
