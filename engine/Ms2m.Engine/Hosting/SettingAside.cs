using MassTransit;
using MassTransit.Transports;

namespace Ms2m.Engine.Hosting;

/// <summary>What a filter does with a delivery that it refuses.</summary>
internal static class SettingAside
{
    /// <summary>Into the endpoint's queue <c>…_skipped</c>, with the reason in MT-Reason. Not an exception: a filter of the
    /// receive context stands outside of what catches those, and the message would come again for ever.</summary>
    /// <exception cref="InvalidOperationException">The endpoint has no such queue.</exception>
    public static Task SetAsideAsync(this ReceiveContext context, string reason) =>
        context.TryGetPayload<IDeadLetterTransport>(out var aside)
            ? aside.Send(context, reason)
            : throw new InvalidOperationException($"{context.InputAddress} has no queue for what it skips.");
}
