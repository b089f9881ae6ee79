using System.Net;
using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>The standby node's worker, before anything is sent to it.</summary>
internal sealed class StandbyPeer(HttpClient http, TransferOrder order, TimeProvider time)
{
    /// <summary>The engine tells both nodes at the same time, and nobody which of them hears of it first.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How it takes what is to come, once it knows of it; or why it takes nothing.</summary>
    public async Task<Outcome<StandbyWelcome>> WelcomeAsync(CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var said = await AskAsync(cancel);
            if (said is { } answer)
                return answer;
            if (time.GetElapsedTime(since) >= Patience)
                return NodeFailures.TransferRefused($"{order.TargetNode} does not expect it");
            await Task.Delay(Pause, time, cancel);
        }
    }

    /// <returns>Null while it does not know of it.</returns>
    private async Task<Outcome<StandbyWelcome>?> AskAsync(CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Patience);
        try
        {
            using var request = TargetPeer.RequestOf(order, HttpMethod.Get, "");
            using var response = await http.SendAsync(request, limited.Token);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                return null;
            if (!response.IsSuccessStatusCode)
                return await TargetPeer.ReadRefusalAsync(response, limited.Token);
            return await response.Content.ReadFromJsonAsync<StandbyWelcome>(ContractJson.Options, limited.Token) is { } welcome
                ? welcome
                : NodeFailures.TransferRefused("it does not say how it takes memory");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            cancel.ThrowIfCancellationRequested();
            return TargetPeer.TroubleOf(order, e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TransferBroke("nobody answers at its address");
        }
    }
}
