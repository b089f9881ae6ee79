using System.Runtime.CompilerServices;
using Ms2m.NodeWorker.Completed;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Sends spans by OTLP to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says. OpenTelemetry reads its other variables
/// (<c>OTEL_*</c>) by itself.</summary>
public static class TraceExport
{
    /// <returns>Null when the variable is not set. Then no code of OpenTelemetry is even loaded.</returns>
    public static IDisposable? Begin(Func<string, string?> variable, string node) =>
        variable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } ? Start(variable("OTEL_EXPORTER_OTLP_PROTOCOL"), node) : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracerProvider Start(string? protocol, string node) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService("ms2m-node-worker", serviceInstanceId: node))
        .AddSource(WorkerTraces.Name)
        .AddOtlpExporter(otlp => otlp.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf)
        .Build();
}
