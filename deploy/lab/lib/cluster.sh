# shellcheck shell=bash
# The whole lab, up and down.

cluster_up() { # cluster_up NODES WITH_PROCESSES(yes|no)
  local count=$1 with_processes=$2 node nodes=() index
  for ((index = 0; index < count; index++)); do nodes+=("$(node_name "$index")"); done
  [[ $with_processes == no ]] || cluster_needs_artifacts
  folders_ensure
  packages_ensure
  secrets_ensure
  environment_write
  network_up

  # The broker takes longest: everything else happens while it starts.
  local services cluster failed=
  (services_start && broker_wait) & services=$!
  (nodes_start "${nodes[@]}") & cluster=$!
  wait "$cluster" || failed=1
  wait "$services" || failed=1
  [[ -z $failed ]] || exit 1

  if [[ $with_processes == yes ]]; then cluster_start_processes "${nodes[@]}"; fi
}

cluster_needs_artifacts() {
  local missing=()
  engine_exists || missing+=(engine/Ms2m.Engine)
  worker_exists || missing+=(node-worker/Ms2m.NodeWorker)
  image_exists "$image_default" || missing+=(orders/orders)
  ((${#missing[@]} == 0)) ||
    die_missing "not published yet in $lab_artifacts: ${missing[*]}" \
      "publish them, or bring up everything else with: lab up --no-processes"
}

nodes_start() {
  local node starting=() failed=
  rootfs_ensure
  for node in "$@"; do
    (node_start "$node") & starting+=($!)
  done
  for node in "${starting[@]}"; do wait "$node" || failed=1; done
  [[ -z $failed ]] || exit 1
  if image_exists "$image_default"; then
    image_load "$image_default" "$@" >/dev/null
  else
    say "no $lab_artifacts/$image_default yet: the nodes have no $(image_full_name "$image_default") (later: lab image load)"
  fi
}

cluster_start_processes() {
  local node starting=() failed=
  (engine_start) & starting+=($!)
  for node in "$@"; do
    (worker_start "$node") & starting+=($!)
  done
  for node in "${starting[@]}"; do wait "$node" || failed=1; done
  [[ -z $failed ]] || exit 1
}

# Workers and the engine leave before what they talk to; then everything else at once.
cluster_down() {
  local node stopping=() failed=
  (engine_stop) & stopping+=($!)
  for node in $(nodes_known); do
    (node_stop "$node") & stopping+=($!)
  done
  for node in "${stopping[@]}"; do wait "$node" || failed=1; done
  services_stop || failed=1
  # Anything of ours that no list names, left by a run that was killed.
  owned_kill ""
  rm -f "$lab_run"/*.pid "$lab_run"/*.new
  network_down
  [[ -z $failed ]] || exit 1
}

cluster_purge() {
  cluster_down
  # Nothing of the host's may be mounted below: then this deletes only what the lab wrote.
  rm -rf --one-file-system "$lab_state"
  # The caches are shared: they go with the last lab.
  if [[ -z $(find "$lab_home" -mindepth 1 -maxdepth 1 -type d -name '[0-9]' 2>/dev/null) ]]; then
    rm -rf --one-file-system "$lab_home"
  else
    say "other labs still use $lab_cache: it stays"
  fi
}
