# shellcheck shell=bash
# The node worker: one per node, inside it.

worker_program=$lab_artifacts/node-worker/Ms2m.NodeWorker

worker_exists() { [[ -x $worker_program ]]; }

worker_url() { printf 'https://%s:%s\n' "$(node_address "$1")" "$worker_port"; }

# Health is asked for without a certificate, so on an address of its own.
worker_health_url() { printf 'http://%s:%s\n' "$(node_address "$1")" "$worker_health_port"; }

worker_start() {
  local node=$1 url health
  url=$(worker_url "$node") || exit $?
  health=$(worker_health_url "$node")
  process_lives "$node" || die_not_running "$node is not running" "lab node $node start"
  certificates_ensure "$node"
  process_lives "$node/worker" &&
    program_is_current "$lab_artifacts/node-worker" "$(node_folder "$node")/worker" && return
  worker_exists ||
    die_missing "there is no $worker_program" "publish it (self-contained, linux-x64) into artifacts/node-worker"
  worker_stop "$node"
  # The node sees this copy, read-only: publishing again changes nothing under a running worker, and starting
  # one takes what is published now.
  rsync --archive --delete "$lab_artifacts/node-worker/" "$(node_folder "$node")/worker/"
  worker_hand_over "$node" node.key node_key "$node"
  worker_hand_over "$node" registry.password secret registry
  (
    # Other settings, words like NAME=value, are the caller's to try out; they come last, and so win.
    read -ra settings <<<"${MS2M_LAB_WORKER_SETTINGS:-}"
    export_nothing_but ${OTEL_EXPORTER_OTLP_ENDPOINT:+OTEL_EXPORTER_OTLP_ENDPOINT="$OTEL_EXPORTER_OTLP_ENDPOINT"} \
      MS2M_NODE="$node" \
      MS2M_BROKER_URI="amqp://node-$node:$(node_password "$node")@$network_gateway:$broker_port/$broker_vhost" \
      MS2M_NODE_KEY_FILE=/var/lib/ms2m/node.key \
      MS2M_WORKER_LISTEN="$url" MS2M_WORKER_ADVERTISE="$url" MS2M_WORKER_HEALTH="$health" MS2M_TLS=/var/lib/ms2m/tls \
      MS2M_REGISTRY="$(registry_url)" MS2M_REGISTRY_USER="$registry_user" \
      MS2M_REGISTRY_PASSWORD_FILE=/var/lib/ms2m/registry.password \
      MS2M_DATA=/var/lib/ms2m MS2M_CHECKPOINTS=/var/lib/ms2m/checkpoints \
      MS2M_PODMAN_SOCKET=/run/podman/podman.sock MS2M_WORKLOAD_BRIDGE="$node_bridge" DOTNET_EnableDiagnostics=0 DOTNET_EnableWriteXorExecute=0 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "${settings[@]}"
    node_spawn "$node" "$node/worker" /opt/ms2m/node-worker/Ms2m.NodeWorker
  )
  wait_until 60 "$node/worker" "the worker of $node answered $health/health" http_is_ok "$health/health"
}

# worker_hand_over NODE FILE COMMAND…: what the command says becomes a file of the node's. A node gets its own key and no
# other: whoever breaks into it can be its workloads, and nobody else's.
worker_hand_over() {
  local file
  file=$(node_folder "$1")/data/$2
  (umask 077 && "${@:3}" >"$file.new")
  mv -f "$file.new" "$file"
}

worker_stop() {
  process_ask_to_leave "$1/worker" TERM "$stop_patience"
  worker_kill "$1"
}

# Only the worker dies, not what it started: a container's monitor stays in the control group of whoever started it,
# and a crashing worker does not take containers with it.
worker_kill() {
  local pid procs=$owned_tree/$1/worker/cgroup.procs deadline=$((SECONDS + 10))
  while [[ -e $procs ]] && pid=$(worker_process_in "$procs"); do
    kill -KILL "$pid" 2>/dev/null || true
    ((SECONDS < deadline)) || die "the worker of $1 survives SIGKILL" "see: cat $procs"
    sleep 0.02
  done
  process_forget "$1/worker"
}

# Found by its program, so a worker whose pid file was never written (a killed run) is found as well.
worker_process_in() {
  local pid
  while read -r pid; do
    if [[ $(readlink "/proc/$pid/exe") == */Ms2m.NodeWorker* ]]; then
      printf '%s\n' "$pid"
      return
    fi
  done <"$1"
  return 1
} 2>/dev/null
