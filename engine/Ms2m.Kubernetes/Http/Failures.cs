using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Logins;

namespace Ms2m.Kubernetes.Http;

/// <summary>What becomes of a call when no answer comes, as a value.</summary>
internal static class Failures
{
    /// <returns>Null for what is no failure of a call but a bug, or the caller's own wish to stop.</returns>
    public static Failure? Of(Exception thrown, TimeSpan limit) => thrown switch
    {
        LoginFailedException login => new(None(ApiProblem.LoginFailed, login.Message), Reached.Never),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } insecure =>
            new(None(ApiProblem.Untrusted, "The connection cannot be secured: its certificate is not of the given CA, expired or made out to "
                + $"another name, or ours is not accepted ({Innermost(insecure)})"), Reached.Never),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError
        } refused => new(None(ApiProblem.Unreachable, $"The server cannot be reached: {Innermost(refused)}"), Reached.No),
        HttpRequestException or IOException => new(None(ApiProblem.Broken, $"The connection broke before an answer: {Innermost(thrown)}"), Reached.Perhaps),
        // How the handler says that connecting alone took too long.
        OperationCanceledException { InnerException: TimeoutException } =>
            new(None(ApiProblem.Unreachable, "The server cannot be reached: nobody took the connection in time."), Reached.No),
        OperationCanceledException => new(None(ApiProblem.Timeout, $"No answer within {limit.TotalSeconds:0.#} s."), Reached.Perhaps),
        // Answered, and asked again it would say the same.
        JsonException or AnswerTooLargeException => new(None(ApiProblem.Unreadable, $"The answer cannot be read: {thrown.Message}"), Reached.Never),
        // The certificate authority's file has become unreadable since the start.
        ConfigurationException => new(None(ApiProblem.Untrusted, thrown.Message), Reached.Never),
        _ => null,
    };

    private static ApiProblem None(string reason, string message) => new(0, reason, message);

    private static string Innermost(Exception thrown)
    {
        while (thrown.InnerException is { } inner)
        {
            thrown = inner;
        }

        return thrown.Message;
    }
}
