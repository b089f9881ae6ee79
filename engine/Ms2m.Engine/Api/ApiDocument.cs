using Microsoft.OpenApi;
using Ms2m.Contracts;

namespace Ms2m.Engine.Api;

/// <summary>The OpenAPI document of the HTTP API. It is made from the endpoints when somebody asks for it, and costs nothing
/// before.</summary>
internal static class ApiDocument
{
    private const string Bearer = "token";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
        options.AddDocumentTransformer(async (document, context, token) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Ms2m.Events engine",
                Version = "v1",
                Description = "Moves running containers that keep state in memory from node to node. Every failure is a code, a "
                    + "sentence and a remedy; docs/errors.md lists the codes.",
            };
            // Of the machine that happened to be asked.
            document.Servers = [];
            document.AddComponent(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "MS2M_API_TOKEN; needed from other machines only.",
            });
            var failure = await context.GetOrCreateSchemaAsync(typeof(Failure), null, token);
            document.AddComponent(nameof(Failure), failure);
            foreach (var (path, item) in document.Paths)
            {
                foreach (var (_, operation) in item.Operations ?? [])
                {
                    Complete(document, path, operation);
                }
            }
        }));

    // What the pipeline before the endpoints may answer.
    private static void Complete(OpenApiDocument document, string path, OpenApiOperation operation)
    {
        if (path.StartsWith("/health", StringComparison.Ordinal))
        {
            return;
        }

        operation.Security =
            [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }, []];
        operation.Responses ??= [];
        operation.Responses.TryAdd("401", Refusal(document, "A request from another machine has no valid token."));
        if (path == "/metrics")
        {
            return;
        }

        operation.Responses.TryAdd("503", Refusal(document, "The store does not answer: ask again."));
    }

    private static OpenApiResponse Refusal(OpenApiDocument document, string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new() { Schema = new OpenApiSchemaReference(nameof(Failure), document) },
        },
    };
}
