# A node inside a container: podman, runc and CRIU with the node worker. It must run privileged (see compose.yaml).

# The sample workload's root file system: what its container sees, brought to podman by node-start.
FROM debian:forky-slim AS orders
RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl3t64 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY artifacts/orders/ /app/

# Debian testing, because its CRIU (4.2 or newer) can checkpoint network sockets on current kernels.
FROM debian:forky-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      criu runc podman netavark nftables conmon catatonit \
      iproute2 procps util-linux rsync ca-certificates curl libssl3t64 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/*

COPY --from=orders / /opt/ms2m/orders-root
COPY deploy/lab/node/containers.conf deploy/lab/node/storage.conf deploy/lab/node/policy.json /etc/containers/
COPY deploy/lab/node/criu-runc.conf /etc/criu/runc.conf
COPY deploy/images/node-start /usr/local/bin/node-start
COPY artifacts/node-worker/ /opt/ms2m/node-worker/

ENV DOTNET_EnableDiagnostics=0 \
    DOTNET_EnableWriteXorExecute=0 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    MS2M_DATA=/var/lib/ms2m \
    MS2M_CHECKPOINTS=/var/lib/ms2m/checkpoints \
    MS2M_TLS=/etc/ms2m/tls \
    MS2M_PODMAN_SOCKET=/run/podman/podman.sock

# podman's overlays cannot lie on the container's own overlay.
VOLUME ["/var/lib/containers", "/var/lib/ms2m"]
EXPOSE 8490
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=12 \
  CMD curl --silent --fail --output /dev/null http://127.0.0.1:8491/health
# catatonit reaps what containers leave behind.
ENTRYPOINT ["/usr/bin/catatonit", "--", "/usr/local/bin/node-start"]
