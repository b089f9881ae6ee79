# shellcheck shell=bash
# podman's API service inside a node. The host reaches its socket through the node's first process.

podman_socket() { printf '/proc/%s/root/run/podman/podman.sock\n' "$(process_pid "$1")"; }

# podman_ask NODE PATH [CURL OPTIONS…]
podman_ask() {
  local node=$1 path=$2
  shift 2
  curl --silent --show-error --fail --max-time 120 --unix-socket "$(podman_socket "$node")" \
    "$@" "http://podman/v5.0.0/libpod/$path"
}

podman_answers() { podman_ask "$1" _ping --max-time 5 &>/dev/null; }

podman_start() {
  local node=$1
  if ! process_lives "$node/podman"; then
    (
      export_nothing_but PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
      node_spawn "$node" "$node/podman" podman system service --time=0 unix:///run/podman/podman.sock
    )
  fi
  wait_until 30 "$node/podman" "podman answered in $node" podman_answers "$node"
}
