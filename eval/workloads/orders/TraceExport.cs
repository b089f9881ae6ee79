using System.Runtime.CompilerServices;
using Ms2m.Workload;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Ms2m.Orders;

/// <summary>Sends spans by OTLP to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says. OpenTelemetry reads its other variables
/// (<c>OTEL_*</c>) by itself.</summary>
internal static class TraceExport
{
    /// <returns>Null when the variable is not set. Then no code of OpenTelemetry is even loaded.</returns>
    public static IDisposable? Begin(Func<string, string?> variable) =>
        variable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } ? Start(variable("OTEL_EXPORTER_OTLP_PROTOCOL")) : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracerProvider Start(string? protocol) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService("orders", serviceInstanceId: Environment.MachineName))
        .AddSource(WorkloadTraces.Name)
        .AddOtlpExporter(otlp =>
        {
            otlp.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            // A source is removed a tenth of a second after its last span.
            otlp.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 25;
        })
        .Build();
}
