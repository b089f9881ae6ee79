using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Tests.Simulation.Http;

/// <summary>Bodies in and out.</summary>
internal static class Answers
{
    public static async Task<JsonNode> BodyAsync(HttpContext http) =>
        (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!;

    public static async Task SayAsync(HttpContext http, JsonNode body, int code = 200)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), http.RequestAborted);
    }

    public static Task SayAsync(HttpContext http, ApiProblem problem) => SayAsync(http, new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["status"] = "Failure",
        ["message"] = problem.Message,
        ["reason"] = problem.Reason,
        ["code"] = problem.Code,
    }, problem.Code);

    /// <summary>As a kubelet does it.</summary>
    public static async Task SayPlainlyAsync(HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
    }
}
