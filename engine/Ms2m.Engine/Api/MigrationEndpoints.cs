using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Ingress;

namespace Ms2m.Engine.Api;

/// <summary>Start, cancel, list and follow migrations.</summary>
internal static class MigrationEndpoints
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    public static void MapMigrations(this WebApplication app)
    {
        var group = app.MapGroup("/migrations");
        group.MapPost("/", StartAsync);
        group.MapGet("/", ListAsync);
        group.MapGet("/{id:guid}", GetAsync);
        group.MapPost("/{id:guid}/cancel", CancelEndpoint.CancelAsync);
    }

    private static async Task<IResult> StartAsync(HttpRequest request, IBus bus, TimeProvider time, CancellationToken token)
    {
        var body = await BodyAsync(request, token);
        var read = RequestReader.Start(body, Guid.CreateVersion7(time.GetUtcNow()));
        if (read.Value is not { } start)
        {
            return Results.BadRequest(read.Problem);
        }

        await (await bus.GetSendEndpoint(_migrations)).Send(start, token);
        return Results.Accepted($"/migrations/{start.MigrationId}", new { start.MigrationId });
    }

    private static async Task<IResult> ListAsync(
        MigrationReader reader, CancellationToken token, string? workload = null, bool? active = null, int limit = 50) =>
        Results.Ok(await reader.ListAsync(workload, active, Math.Clamp(limit, 1, 1000), token));

    private static async Task<IResult> GetAsync(Guid id, MigrationReader reader, CancellationToken token) =>
        await reader.ViewAsync(id, token) is { } view ? Results.Ok(view) : Unknown(id);

    // One byte more than is allowed is enough to be refused.
    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken token)
    {
        var body = new byte[RequestReader.MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, token);
        return body[..length];
    }

    internal static IResult Unknown(Guid id) => Results.NotFound(new Failure(
        "MS2M-1201", $"There is no migration {id}.", "See `ms2m migrations` for the ones there are."));
}
