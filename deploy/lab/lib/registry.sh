# shellcheck shell=bash
# Debian's docker-registry, through which checkpoints travel that are moved by `registry`: with TLS, a password, and all it
# stores in memory, since it stores what workloads know.

registry_folder=$lab_state/registry
registry_data=$registry_folder/data
registry_user=ms2m

registry_url() { printf 'https://%s:%s/ms2m\n' "$network_gateway" "$registry_port"; }

registry_start() {
  process_lives registry && return
  process_kill registry
  registry_configure
  owned_spawn registry "$lab_logs/registry.log" /usr/bin/docker-registry serve "$registry_folder/config.yml"
  process_record registry "$owned_pid"
}

registry_wait() { wait_until 30 registry "the registry answered" registry_is_ready; }

# It answers 401 to whoever shows no password.
registry_is_ready() {
  [[ $(curl --silent --noproxy "*" --max-time 5 --cacert "$registry_folder/ca.crt" --output /dev/null \
    --write-out '%{http_code}' "https://$network_gateway:$registry_port/v2/") == 401 ]]
}

registry_configure() (
  umask 077
  mkdir -p "$registry_data"
  mountpoint -q "$registry_data" ||
    mount -t tmpfs -o "mode=700,nosuid,nodev,noexec,noswap,size=$registry_size" tmpfs "$registry_data"
  lock_part tls
  "$lab_repository/deploy/certificates" "$lab_state/tls" "registry=$network_gateway" ||
    die "the certificate of the registry could not be made" "look at $lab_state/tls, or delete that folder"
  cp "$lab_state/tls/registry/"{ca.crt,tls.crt,tls.key} "$registry_folder/"
  # bcrypt is the only form that the registry reads; the password comes on standard input.
  secret registry | htpasswd -inB "$registry_user" 2>/dev/null >"$registry_folder/htpasswd"
  cat >"$registry_folder/config.yml" <<CONF
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: $registry_data }
  delete: { enabled: true }
  maintenance: { uploadpurging: { enabled: true, age: 1h, interval: 1h, dryrun: false } }
http:
  addr: $network_gateway:$registry_port
  secret: $(secret registry)
  tls: { certificate: $registry_folder/tls.crt, key: $registry_folder/tls.key, minimumtls: tls1.2 }
auth:
  htpasswd: { realm: ms2m, path: $registry_folder/htpasswd }
CONF
)

registry_stop() {
  process_stop registry
  registry_forget
}

# With the memory goes what was stored.
registry_forget() {
  if mountpoint -q "$registry_data"; then umount "$registry_data"; fi
}

# registry_held: digests of manifests and layers, one a line. The distribution API lists only what has a tag.
registry_held() {
  find "$registry_data" -path '*/sha256/*' \( -path '*/_manifests/revisions/*' -o -path '*/_layers/*' \) -name link -print 2>/dev/null |
    sed -E 's|.*/(_manifests/revisions\|_layers)/sha256/([0-9a-f]+)/link|\1 \2|; s|_manifests/revisions|image|; s|_layers|layer|' || true
}
