# shellcheck shell=bash
# The sample workload as a container image, without a registry: a root file system with the published program and
# only the libraries it loads, packed by hand as a docker archive. Packing is reproducible, so the same content has
# the same image id on every node: that a node has the image is one question for an id.

image_name=localhost/ms2m/orders:latest
image_source=$lab_artifacts/orders
image_libraries=(ld-linux-x86-64.so.2 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2
  libgcc_s.so.1 libstdc++.so.6 libssl.so.3 libcrypto.so.3 libz.so.1 libzstd.so.1)

image_exists() { [[ -x $image_source/orders ]]; }

# image_load NODE…: brings the image into those nodes that have another one, or none.
image_load() {
  local node id loading=() failed=
  image_exists ||
    die_missing "there is no $image_source/orders" "publish it (self-contained, linux-x64) into artifacts/orders"
  (lock_take "$lab_cache/image.lock" exclusive 120 "the image" && image_pack) || exit $?
  id=$(<"$lab_cache/image/$(image_stamp)/id")
  for node in "$@"; do
    [[ $(image_id_in "$node") == "$id" ]] && continue
    (image_send "$node" "$lab_cache/image/$(image_stamp)/image.tar" "$id") &
    loading+=($!)
  done
  for node in "${loading[@]}"; do wait "$node" || failed=1; done
  [[ -z $failed ]] || exit 1
  printf '%s %s\n' "$image_name" "$id"
}

image_id_in() {
  podman_ask "$1" "images/$(jq -rn --arg name "$image_name" '$name | @uri')/json" 2>/dev/null | jq -r .Id
}

image_send() {
  podman_ask "$1" images/load --request POST --header 'Content-Type: application/x-tar' \
    --upload-file "$2" --output /dev/null || die "$1 did not take the image" "read $lab_logs/$1.podman.log"
  [[ $(image_id_in "$1") == "$3" ]] || die "$1 made another image of the archive than was packed" "lab purge"
  # What no container uses any more: former versions of this image.
  podman_ask "$1" images/prune --request POST --output /dev/null || true
}

# A cheap sign of the published files and of this recipe; the content itself is packed only when it changes.
image_stamp() {
  {
    (cd "$image_source" && find . -printf '%P %s %m %T@\n' | LC_ALL=C sort)
    rootfs_key
    cat "$lab_folder/lib/image.sh"
  } | sha256sum | cut -c1-16
}

image_pack() {
  local folder digest
  folder=$lab_cache/image/$(image_stamp)
  [[ -d $folder ]] && return
  rm -rf --one-file-system "$lab_cache/image"
  mkdir -p "$folder.new/root"
  image_root "$folder.new/root"
  # One time stamp, one owner, one order: the same files give the same layer.
  tar --directory "$folder.new/root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
    --format=gnu -cf "$folder.new/layer.tar" .
  rm -rf "$folder.new/root"
  digest=$(sha256sum "$folder.new/layer.tar" | cut -d' ' -f1)
  image_configuration "$digest" >"$folder.new/config.json"
  digest=$(sha256sum "$folder.new/config.json" | cut -d' ' -f1)
  mv "$folder.new/config.json" "$folder.new/$digest.json"
  jq -nc --arg config "$digest.json" --arg name "$image_name" \
    '[{ Config: $config, RepoTags: [$name], Layers: ["layer.tar"] }]' >"$folder.new/manifest.json"
  tar --directory "$folder.new" -cf "$folder.new/image.tar" manifest.json "$digest.json" layer.tar
  rm "$folder.new/layer.tar"
  printf '%s\n' "$digest" >"$folder.new/id"
  mv "$folder.new" "$folder"
}

image_configuration() {
  jq -nc --arg layer "sha256:$1" '{
    architecture: "amd64", os: "linux", created: "1970-01-01T00:00:00Z",
    config: {
      Entrypoint: ["/app/orders"], WorkingDir: "/app",
      Env: ["PATH=/usr/bin:/bin", "DOTNET_EnableDiagnostics=0",
        "DOTNET_EnableWriteXorExecute=0", "DOTNET_gcServer=0",
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"]
    },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "ms2m lab" }],
    rootfs: { type: "layers", diff_ids: [$layer] } }'
}

image_root() {
  local root=$1 nodes library
  nodes=$(rootfs_path)/usr/lib/x86_64-linux-gnu
  mkdir -p "$root"/{app,etc,tmp,proc,sys,dev,run,ms2m,usr/bin,usr/lib64,usr/lib/x86_64-linux-gnu}
  chmod 1777 "$root/tmp"
  ln -s usr/bin "$root/bin"
  ln -s usr/lib "$root/lib"
  ln -s usr/lib64 "$root/lib64"
  for library in "${image_libraries[@]}"; do
    [[ -e $nodes/$library ]] || die "the node root file system has no $library" "lab purge, then lab up"
    cp --dereference "$nodes/$library" "$root/usr/lib/x86_64-linux-gnu/$library"
  done
  # The loader's path is written into every program.
  ln -s ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$root/usr/lib64/ld-linux-x86-64.so.2"
  echo 'root:x:0:0:root:/tmp:/bin/false' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
  cp -a "$image_source/." "$root/app/"
  chmod -R u=rwX,go=rX "$root/app"
}
