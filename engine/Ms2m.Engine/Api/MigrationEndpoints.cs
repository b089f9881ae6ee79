using System.ComponentModel;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Ingress;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Api;

/// <summary>Start, cancel, list and follow migrations.</summary>
internal static class MigrationEndpoints
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    public static void MapMigrations(this WebApplication app)
    {
        var group = app.MapGroup("/migrations");
        group.WithTags("Migrations");
        group.MapPost("/", StartAsync)
            .WithSummary("Start a migration; repeating a request with the same migrationId changes nothing")
            .Reads<StartBody>().Produces<StartedBody>(202).Fails(400, 415);
        group.MapGet("/", ListAsync)
            .WithSummary("The newest migrations").Produces<MigrationView[]>().Fails(400);
        group.MapGet("/{id:guid}", GetAsync)
            .WithSummary("One migration: phase, steps, times, result").Produces<MigrationView>().Fails(404);
        group.MapPost("/{id:guid}/cancel", CancelEndpoint.CancelAsync)
            .WithSummary("Give a migration up; answered with what the migration said to it")
            .Produces<NothingBody>(202).Fails(404, 409);
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
        return Results.Accepted($"/migrations/{start.MigrationId}", new StartedBody(start.MigrationId));
    }

    private static async Task<IResult> ListAsync(
        MigrationReader reader, CancellationToken token,
        [Description("Only of this workload")] string? workload = null,
        [Description("Only unfinished ones, or only finished ones")] bool? active = null,
        [Description("At most so many, 1 to 1000")] int limit = 50) =>
        Results.Ok(await reader.ListAsync(workload, active, Math.Clamp(limit, 1, 1000), token));

    private static async Task<IResult> GetAsync(
        [Description("The migration")] Guid id, MigrationReader reader, CancellationToken token) =>
        await reader.ViewAsync(id, token) is { } view ? Results.Ok(view) : Unknown(id);

    // One byte more than is allowed is enough to be refused.
    internal static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken token)
    {
        var body = new byte[RequestReader.MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, token);
        return body[..length];
    }

    internal static IResult Unknown(Guid id) => Results.NotFound(new Failure(
        "MS2M-1201", $"There is no migration {id}.", "See `ms2m migrations` for the ones there are."));
}

/// <summary>A request was taken; what becomes of it, the migration's log says.</summary>
internal sealed record StartedBody(Guid MigrationId);

/// <summary>An answer that says no more than its status.</summary>
internal sealed record NothingBody;
