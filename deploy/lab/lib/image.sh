# shellcheck shell=bash
# Workloads as container images, without a registry: a root file system with the program and only the libraries it
# loads, packed by hand as a docker archive. Packing is reproducible, so the same content has the same image id on every
# node: that a node has the image is one question for an id. What is in an image stands in image-contents.sh.

# shellcheck disable=SC2034 # read by the callers
image_default=orders

# image_names: every image there is a recipe for.
image_names() { compgen -A function image_root_of_ | sed 's/^image_root_of_//'; }

image_full_name() { printf 'localhost/ms2m/%s:latest\n' "$1"; }

# image_exists NAME: whether it can be packed here and now.
image_exists() { [[ -n ${image_packages[$1]:-} || -x $lab_artifacts/$1/$1 ]]; }

# image_load NAME NODE…: brings an image into those nodes that have another one, or none.
image_load() {
  local name=$1 node id folder loading=() failed=
  shift
  grep -qxF "$name" < <(image_names) || die_usage "there is no image '$name': $(image_names | paste -sd ' ')"
  image_exists "$name" ||
    die_missing "there is no $lab_artifacts/$name/$name" "publish it (self-contained, linux-x64) into artifacts/$name"
  (lock_take "$lab_cache/image.lock" exclusive 300 "the image" && image_pack "$name") || exit $?
  folder=$(image_folder "$name")
  id=$(<"$folder/id")
  for node in "$@"; do
    [[ $(image_id_in "$node" "$name") == "$id" ]] && continue
    (image_send "$node" "$name" "$folder/image.tar" "$id") &
    loading+=($!)
  done
  for node in "${loading[@]}"; do wait "$node" || failed=1; done
  [[ -z $failed ]] || exit 1
  printf '%s %s\n' "$(image_full_name "$name")" "$id"
}

image_id_in() {
  podman_ask "$1" "images/$(jq -rn --arg name "$(image_full_name "$2")" '$name | @uri')/json" 2>/dev/null | jq -r .Id
}

image_send() {
  podman_ask "$1" images/load --request POST --header 'Content-Type: application/x-tar' \
    --upload-file "$3" --output /dev/null || die "$1 did not take the image $2" "read $lab_logs/$1.podman.log"
  [[ $(image_id_in "$1" "$2") == "$4" ]] || die "$1 made another image of the archive than was packed" "lab purge"
  # What no container uses any more: former versions of this image.
  podman_ask "$1" images/prune --request POST --output /dev/null || true
}

image_folder() { printf '%s/image/%s-%s\n' "$lab_cache" "$1" "$(image_stamp "$1")"; }

# A cheap sign of the program's files and of the recipe; the content itself is packed only when it changes.
image_stamp() {
  {
    [[ ! -d $lab_artifacts/$1 ]] || (cd "$lab_artifacts/$1" && find . -printf '%P %s %m %T@\n' | LC_ALL=C sort)
    rootfs_key
    cat "$lab_folder"/lib/image{,-contents}.sh
  } | sha256sum | cut -c1-16
}

image_pack() {
  local name=$1 folder digest
  folder=$(image_folder "$name")
  [[ -d $folder ]] && return
  # Not those of today: another lab may be made of another recipe, and about to read its own.
  find "$lab_cache/image" -mindepth 1 -maxdepth 1 -name "$name-*" \( -mmin +1440 -o -name '*.new' \) \
    -exec rm -rf --one-file-system {} + 2>/dev/null || true
  mkdir -p "$folder.new/root"
  image_frame "$folder.new/root"
  "image_root_of_$name" "$folder.new/root"
  # One time stamp, one owner, one order: the same files give the same layer.
  tar --directory "$folder.new/root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
    --format=gnu -cf "$folder.new/layer.tar" .
  rm -rf "$folder.new/root"
  digest=$(sha256sum "$folder.new/layer.tar" | cut -d' ' -f1)
  image_configuration "$name" "$digest" >"$folder.new/config.json"
  digest=$(sha256sum "$folder.new/config.json" | cut -d' ' -f1)
  mv "$folder.new/config.json" "$folder.new/$digest.json"
  jq -nc --arg config "$digest.json" --arg name "$(image_full_name "$name")" \
    '[{ Config: $config, RepoTags: [$name], Layers: ["layer.tar"] }]' >"$folder.new/manifest.json"
  tar --directory "$folder.new" -cf "$folder.new/image.tar" manifest.json "$digest.json" layer.tar
  rm "$folder.new/layer.tar"
  printf '%s\n' "$digest" >"$folder.new/id"
  mv "$folder.new" "$folder"
}

image_configuration() { # image_configuration NAME LAYER
  "image_run_$1" | jq -c --arg layer "sha256:$2" '{
    architecture: "amd64", os: "linux", created: "1970-01-01T00:00:00Z",
    config: .,
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "ms2m lab" }],
    rootfs: { type: "layers", diff_ids: [$layer] } }'
}

# What every root file system needs.
image_frame() {
  local root=$1
  mkdir -p "$root"/{etc,tmp,proc,sys,dev,run,ms2m,usr/bin,usr/lib64,usr/lib/x86_64-linux-gnu}
  chmod 1777 "$root/tmp"
  ln -s usr/bin "$root/bin"
  ln -s usr/lib "$root/lib"
  ln -s usr/lib64 "$root/lib64"
  # The loader's path is written into every program.
  ln -s ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$root/usr/lib64/ld-linux-x86-64.so.2"
  echo 'root:x:0:0:root:/tmp:/bin/false' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
}
