using System.Net;
using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>The engine understood and said no, with a reason.</summary>
public sealed class EngineRefusedException(HttpStatusCode status, Failure reason) : Exception(reason.Message)
{
    public HttpStatusCode Status { get; } = status;

    public Failure Reason { get; } = reason;
}
