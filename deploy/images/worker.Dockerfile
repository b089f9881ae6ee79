# The node worker for Kubernetes. The kubelet makes checkpoints there and the container runtime restores them, so neither CRIU nor
# podman is in it: only what puts an image into a runtime's storage. (node.Dockerfile is a whole node in a container.)
# It is published outside (artifacts/node-worker, self-contained, linux-x64).

# Of containerd only its client. Debian testing, because that one speaks to containerd 2.
FROM debian:forky-slim AS containerd
RUN apt-get update \
 && apt-get install -y --no-install-recommends containerd \
 && rm -rf /var/lib/apt/lists/*

FROM debian:forky-slim
# skopeo writes images into CRI-O's storage. (Its package wants some network stack, and netavark is the smallest; it is not used.)
RUN apt-get update \
 && apt-get install -y --no-install-recommends skopeo netavark ca-certificates util-linux libssl3t64 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/*

COPY --from=containerd /usr/bin/ctr /usr/bin/ctr
COPY artifacts/node-worker/ /opt/ms2m/node-worker/

ENV DOTNET_EnableDiagnostics=0 \
    DOTNET_EnableWriteXorExecute=0 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    MS2M_RUNTIME=kubernetes

EXPOSE 8490 8491
ENTRYPOINT ["/opt/ms2m/node-worker/Ms2m.NodeWorker"]
