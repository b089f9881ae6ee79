# shellcheck shell=bash
# The engine runs on the host, beside the broker and the store.

engine_program=$lab_artifacts/engine/Ms2m.Engine

engine_exists() { [[ -x $engine_program ]]; }

engine_start() {
  process_lives engine && program_is_current "$lab_artifacts/engine" "$lab_state/engine" && return
  engine_exists ||
    die_missing "there is no $engine_program" "publish it (self-contained, linux-x64) into artifacts/engine"
  [[ -s $(secret_file cluster) ]] || die_not_running "lab $lab_index has no services" "lab services up"
  engine_stop
  engine_copy
  (
    # Limits, and who collects traces, are the caller's to try out; without any the engine has its own, and traces nothing.
    limits=()
    for name in MS2M_MAX_{OUTGOING,INCOMING,MIGRATIONS,QUEUE_SECONDS} OTEL_EXPORTER_OTLP_ENDPOINT; do
      [[ -n ${!name:-} ]] && limits+=("$name=${!name}")
    done
    read -ra settings <<<"${MS2M_LAB_ENGINE_SETTINGS:-}"
    export_nothing_but "${limits[@]}" MS2M_BROKER_URI="amqp://engine:$(secret engine)@127.0.0.1:$broker_port/$broker_vhost" \
      MS2M_BROKER_MANAGEMENT_URI="http://engine-admin:$(secret engine-admin)@127.0.0.1:$broker_management_port" \
      MS2M_STORE="$(store_address "$store_engine" store-engine)" \
      MS2M_ENGINE_LISTEN="$engine_url" \
      MS2M_TRANSFER_SECRET_FILE="$(secret_file transfer)" MS2M_CLUSTER_KEY_FILE="$(secret_file cluster)" \
      DOTNET_EnableDiagnostics=0 DOTNET_EnableWriteXorExecute=0 \
      PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "${settings[@]}"
    owned_spawn engine "$lab_logs/engine.log" "$lab_state/engine/Ms2m.Engine"
    process_record engine "$owned_pid"
  )
  wait_until 60 engine "the engine answered $engine_url/health/ready" http_is_ok "$engine_url/health/ready"
}

# What runs was started from a copy; a newer publication replaces it at the next start.
program_is_current() { [[ -z $(rsync --archive --delete --dry-run --itemize-changes "$1/" "$2/" 2>&1) ]]; }

# It runs from a copy, so that publishing again cannot pull files from under the running program.
engine_copy() {
  mkdir -p "$lab_state/engine"
  rsync --archive --delete "$lab_artifacts/engine/" "$lab_state/engine/"
}

engine_stop() { process_stop engine; }

http_is_ok() { curl --silent --fail --noproxy "*" --max-time 2 --output /dev/null "$1"; }
