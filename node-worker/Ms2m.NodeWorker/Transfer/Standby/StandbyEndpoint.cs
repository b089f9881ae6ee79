using System.Globalization;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>Where memory arrives in advance: GET tells whether and how it is taken; below it, which pages of the workload this
/// node has, and where the rest of them is sent. Whoever speaks with it has the round's token and is the node that it
/// names.</summary>
public sealed class StandbyEndpoint(ExpectedBases expected, Bases bases, ITransferSecurity security, ILogger<StandbyEndpoint> log)
{
    private const string Route = "/bases/{roundId:guid}";

    public static string PathOf(Guid roundId) => string.Create(CultureInfo.InvariantCulture, $"/bases/{roundId:D}");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["GET"], (RequestDelegate)TellAsync);
        routes.MapMethods($"{Route}/{TransferEndpoint.Pages}", ["GET"], (RequestDelegate)GetPagesAsync);
        routes.MapMethods($"{Route}/{TransferEndpoint.Ahead}", ["PUT"], (RequestDelegate)TakeAsync);
    }

    private async Task TellAsync(HttpContext http)
    {
        if (Admit(http) is not { } one)
            return;
        if (expected.Refuse(one) is { } refusal)
            await Admission.RefuseAsync(http, one.RoundId, refusal, log);
        else
            await http.Response.WriteAsJsonAsync(new StandbyWelcome(Zstd.IsAvailable), ContractJson.Options, http.RequestAborted);
    }

    private async Task GetPagesAsync(HttpContext http)
    {
        if (Admit(http) is not { } one)
            return;
        http.Response.ContentType = "application/octet-stream";
        await bases.WritePagesAsync(one.Workload, http.Response.Body, http.RequestAborted);
    }

    private async Task TakeAsync(HttpContext http)
    {
        if (Admit(http) is not { } one)
            return;
        StreamedBody.Expect(http);
        try
        {
            if (await expected.ReceiveAsync(http, one) is { } trouble)
                await Admission.RefuseAsync(http, one.RoundId, trouble, log);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The sender has gone, or gives way to a migration.
            TransferLog.BrokenOff(log, one.RoundId, e.Message);
            http.Abort();
        }
    }

    /// <summary>An unknown round, a wrong token and a stranger look the same from outside.</summary>
    private ExpectedBase? Admit(HttpContext http)
    {
        if (Guid.TryParse(http.Request.RouteValues["roundId"] as string, out var id) && expected.Of(id) is { } one
            && TransferToken.Matches(http.Request.Headers.Authorization, one.TokenDigest)
            && security.ComesFrom(http, one.SourceNode))
            return one;
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return null;
    }
}

/// <summary>How a standby node takes what is sent to it.</summary>
internal sealed record StandbyWelcome(bool Zstd);
