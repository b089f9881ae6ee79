# shellcheck shell=bash
# Which variables a program sees. Set in the shell that then becomes the program: `env NAME=secret program` would
# show the secret in the list of processes.

# The lab's own programs must not inherit settings of the person who calls it (PGPORT, RABBITMQ_NODENAME, TMPDIR …).
# Only what leads to the network stays.
environment_clean() {
  local name kept=()
  for name in {http,https,ftp,no}_proxy {HTTP,HTTPS,FTP,NO}_PROXY SSL_CERT_FILE; do
    [[ -v $name ]] && kept+=("$name=${!name}")
  done
  export_nothing_but "${kept[@]}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LANG=C.UTF-8 TERM="${TERM:-dumb}"
}

# export_nothing_but NAME=VALUE…: to be called in a subshell of the program's own.
export_nothing_but() {
  local name
  for name in $(compgen -e); do export -n "${name?}"; done
  for name in "$@"; do export "${name?}"; done
}

# The file others source: addresses of this lab, and the passwords of the person at this machine. What engine, workers
# and instances use is not in it. MS2M_LAB comes first, so that a shell that has sourced it also drives the same lab.
environment_write() {
  local broker client store
  broker=$broker_user:$(secret broker)
  client=client:$(secret client)
  store=$(store_address "$store_user" store)
  (
    umask 077
    cat >"$lab_environment.new" <<ENV
export MS2M_LAB=$lab_index
export MS2M_BROKER_URI='amqp://$broker@127.0.0.1:$broker_port/$broker_vhost'
export MS2M_BROKER_CLIENT_URI='amqp://$client@127.0.0.1:$broker_port/$broker_vhost'
export MS2M_BROKER_MANAGEMENT_URI='http://$broker@127.0.0.1:$broker_management_port'
export MS2M_STORE='$store'
export MS2M_STORE_READER='$(store_address "$store_reader" store-reader)'
export MS2M_STORE_WRITER='$(store_address "$store_engine" store-engine)'
export MS2M_REGISTRY='$(registry_url)'
export MS2M_REGISTRY_USER=$registry_user
export MS2M_REGISTRY_PASSWORD='$(secret registry)'
export MS2M_REGISTRY_CA='$registry_folder/ca.crt'
export MS2M_ENGINE_URL='$engine_url'
ENV
    mv "$lab_environment.new" "$lab_environment"
  )
}
