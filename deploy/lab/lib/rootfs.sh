# shellcheck shell=bash
# The root file system every node starts from: Debian testing, because its CRIU (4.2) can checkpoint a process with
# network sockets on current kernels, and Debian 12's cannot. Built once per recipe and shared by all labs.

rootfs_suite=forky
rootfs_packages=(
  criu runc podman netavark nftables conmon catatonit   # containers, and moving them
  iproute2 procps util-linux iputils-ping curl          # looking around
  rsync                                                 # volumes, from node to node
  skopeo                                                # images into the storage that CRI-O and podman share
  ca-certificates libssl3t64 zlib1g libgcc-s1 libstdc++6 tzdata # what a self-contained .NET process loads
)
# Raise it when rootfs_build changes what it makes.
rootfs_revision=1

rootfs_key() {
  printf '%s\n' "$rootfs_suite" "$rootfs_revision" "${rootfs_packages[@]}" | sha256sum | cut -c1-12
}

rootfs_path() { printf '%s/rootfs-%s\n' "$lab_cache" "$(rootfs_key)"; }

rootfs_ensure() {
  local target
  target=$(rootfs_path)
  [[ -d $target ]] && return
  (
    lock_take "$lab_cache/rootfs.lock" exclusive 900 "the node root file system"
    # Another lab may have built it while this one waited.
    if [[ ! -d $target ]]; then rootfs_build "$target"; fi
  )
}

rootfs_build() {
  local target=$1 building=$1.building mirror packages
  say "building the nodes' root file system (once, about a minute)"
  rm -rf --one-file-system "$lab_cache"/rootfs-*.building
  mkdir -p "$building"
  mirror=$(packages_mirror)
  packages=$(IFS=,; printf %s "${rootfs_packages[*]}")
  # In a mount namespace of its own: what debootstrap mounts (proc, sys) must not stay when it is killed.
  # The last word names debootstrap's script: Debian 12's knows no newer suite by name, and they all build alike.
  unshare --mount --propagation private debootstrap --variant=minbase --merged-usr --include="$packages" \
    "$rootfs_suite" "$building" "$mirror" sid >"$lab_logs/rootfs.log" 2>&1 || {
    say_log_tail "$lab_logs/rootfs.log"
    die "debootstrap of Debian $rootfs_suite failed" "read $lab_logs/rootfs.log"
  }
  rm -rf "$building"/var/cache/apt/archives/*.deb "$building"/var/lib/apt/lists/* \
    "$building"/usr/share/{doc,man,locale}/*
  mkdir -p "$building"/opt/ms2m/node-worker "$building"/var/lib/ms2m "$building"/var/lib/containers
  # Renamed into place last: a folder under its final name is always whole.
  mv "$building" "$target"
}
