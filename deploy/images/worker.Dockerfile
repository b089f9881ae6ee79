# The node worker for Kubernetes. The kubelet makes checkpoints there and the container runtime restores them, so neither CRIU nor
# podman is in it: only what puts an image into a runtime's storage. (node.Dockerfile is a whole node in a container.)
# It is published outside (artifacts/node-worker, self-contained, linux-x64).
#
# Debian testing, because its ctr speaks to containerd 2.
FROM debian:forky-slim

# ctr, of containerd, loads images through its socket; skopeo writes them into CRI-O's storage.
RUN apt-get update \
 && apt-get install -y --no-install-recommends containerd skopeo \
 && cp /usr/bin/ctr /usr/local/bin/ctr \
 && apt-get purge -y containerd \
 && apt-get autoremove -y \
 && apt-get install -y --no-install-recommends skopeo ca-certificates libssl3t64 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/*

COPY artifacts/node-worker/ /opt/ms2m/node-worker/

ENV DOTNET_EnableDiagnostics=0 \
    DOTNET_EnableWriteXorExecute=0 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    MS2M_RUNTIME=kubernetes

EXPOSE 8490 8491
ENTRYPOINT ["/opt/ms2m/node-worker/Ms2m.NodeWorker"]
