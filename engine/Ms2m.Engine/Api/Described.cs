using Microsoft.OpenApi;
using Ms2m.Contracts;

namespace Ms2m.Engine.Api;

/// <summary>What the OpenAPI document says of an endpoint beyond its route and parameters.</summary>
internal static class Described
{
    /// <summary>Answers that are a <see cref="Failure"/>.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.Produces<Failure>(status);
        }

        return endpoint;
    }

    /// <summary>A body that the endpoint reads by itself. Declared as accepted it would be refused under any other content
    /// type, which never was.</summary>
    public static RouteHandlerBuilder Reads<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, token) => operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(T), null, token) },
            },
        });
}
