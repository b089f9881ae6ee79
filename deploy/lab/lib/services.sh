# shellcheck shell=bash
# Broker, store and registry: started together, because the broker needs seconds and the others hide in its shadow.

folders_ensure() {
  mkdir -p "$lab_logs" "$lab_run" "$lab_cache" "$lab_state/nodes"
  # RabbitMQ and PostgreSQL run as users of their own and must get through to their folders, but not look around.
  chmod 711 "$lab_home" "$lab_state"
  chmod 700 "$lab_logs" "$lab_run" "$lab_state/nodes" "$lab_cache"
}

services_start() {
  local broker store registry
  (broker_start) & broker=$!
  (store_start && store_wait) & store=$!
  (registry_start && registry_wait) & registry=$!
  wait "$store" || services_failed=1
  wait "$broker" || services_failed=1
  wait "$registry" || services_failed=1
  [[ -z ${services_failed:-} ]] || exit 1
}

services_up() {
  folders_ensure
  packages_ensure
  secrets_ensure
  environment_write
  network_up
  services_start
  broker_wait
}

services_stop() {
  local broker store registry failed=
  (broker_stop) & broker=$!
  (store_stop) & store=$!
  (registry_stop) & registry=$!
  wait "$broker" || failed=1
  wait "$store" || failed=1
  wait "$registry" || failed=1
  [[ -z $failed ]]
}

# The bridge goes only when no node hangs on it.
services_down() {
  services_stop
  if [[ -z $(nodes_known) ]]; then network_down; fi
}
