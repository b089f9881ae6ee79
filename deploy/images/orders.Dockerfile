# The sample workload. It is published outside (artifacts/orders, self-contained, linux-x64).
FROM debian:trixie-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl3t64 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/*

COPY artifacts/orders/ /app/

# CRIU cannot dump what the runtime's diagnostics and its double mapping of code keep open.
ENV DOTNET_EnableDiagnostics=0 \
    DOTNET_EnableWriteXorExecute=0 \
    DOTNET_gcServer=0 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

WORKDIR /app
USER 10001:10001
ENTRYPOINT ["/app/orders"]
