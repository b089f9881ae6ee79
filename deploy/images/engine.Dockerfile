# The engine. It is published outside (artifacts/engine, self-contained, linux-x64), so the image holds no SDK and no
# runtime: only what a self-contained .NET program loads.
FROM debian:trixie-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl libssl3t64 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/*

COPY artifacts/engine/ /opt/ms2m/engine/

ENV DOTNET_EnableDiagnostics=0 \
    DOTNET_EnableWriteXorExecute=0 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    MS2M_ENGINE_LISTEN=http://0.0.0.0:8480

# nobody, by number: a cluster that wants to be sure that it is not root cannot look names up.
USER 65534:65534
EXPOSE 8480
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=12 \
  CMD ["curl", "--silent", "--fail", "--output", "/dev/null", "http://127.0.0.1:8480/health/ready"]
ENTRYPOINT ["/opt/ms2m/engine/Ms2m.Engine"]
