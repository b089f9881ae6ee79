# shellcheck shell=bash
# What is there now, for a person or as JSON. Looks only; changes nothing, takes no lock.

status_part() { # status_part NAME KIND ADDRESS READINESS-COMMAND…
  local name=$1 kind=$2 address=$3 pid state=stopped
  shift 3
  if pid=$(process_pid "$name"); then
    state=starting
    "$@" &>/dev/null && state=ready
  fi
  jq -nc --arg name "$name" --arg kind "$kind" --arg address "$address" --arg state "$state" --arg pid "${pid:-}" \
    '{ name: $name, kind: $kind, state: $state, pid: (if $pid == "" then null else ($pid | tonumber) end),
       address: $address }'
}

status_parts() {
  local node
  status_part broker broker "127.0.0.1:$broker_port" broker_is_ready
  status_part store store "127.0.0.1:$store_port" store_is_ready
  status_part registry registry "$(registry_url)" registry_is_ready
  status_part engine engine "$engine_url" http_is_ok "$engine_url/health/ready"
  for node in $(nodes_known); do
    status_part "$node" node "$(node_address "$node")" podman_answers "$node"
    status_part "$node/worker" worker "$(worker_url "$node")" http_is_ok "$(worker_health_url "$node")/health"
  done
}

status_json() {
  status_parts | jq -s --argjson lab "$lab_index" --arg state "$lab_state" --arg environment "$lab_environment" \
    '{ lab: $lab, folder: $state, environment: $environment, parts: . }'
}

status_text() {
  printf 'lab %s in %s\n' "$lab_index" "$lab_state"
  status_parts | jq -r '[.name, .state, (.pid // "-"), .address] | @tsv' |
    while IFS=$'\t' read -r name state pid address; do
      printf '  %-16s %-9s %8s  %s\n' "$name" "$state" "$pid" "$address"
    done
}
