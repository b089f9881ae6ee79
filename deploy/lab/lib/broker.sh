# shellcheck shell=bash
# A RabbitMQ of the lab's own: the package's programs, but none of its service, node name, ports or folders.

broker_folder=$lab_state/broker

broker_start() {
  if process_lives broker; then
    broker_import
    return
  fi
  process_kill broker # whatever a killed run left of it
  broker_configure
  broker_launch
}

broker_wait() { wait_until 90 broker "RabbitMQ was ready" broker_is_ready; }

# Ready is: the virtual host is open and AMQP is served. Both are asked over HTTP, which takes milliseconds;
# rabbitmqctl and rabbitmq-diagnostics start a virtual machine of their own for every question.
broker_is_ready() {
  broker_ask health/checks/virtual-hosts && broker_ask "health/checks/port-listener/$broker_port"
}

broker_ask() {
  # The credentials come as a configuration on standard input: arguments are public.
  printf 'user = "%s:%s"\n' "$broker_user" "$(secret broker)" |
    curl --silent --fail --noproxy "*" --max-time 5 --config - --output /dev/null \
      "${@:2}" "http://127.0.0.1:$broker_management_port/api/$1"
}

broker_configure() {
  mkdir -p "$broker_folder"/{data,log,home}
  echo '[rabbitmq_management].' >"$broker_folder/enabled_plugins"
  : >"$broker_folder/environment"
  broker_settings >"$broker_folder/rabbitmq.conf"
  (umask 077 && broker_definitions >"$broker_folder/definitions.json.new")
  mv -f "$broker_folder/definitions.json.new" "$broker_folder/definitions.json"
  (umask 077 && secret cookie >"$broker_folder/home/.erlang.cookie.new")
  mv -f "$broker_folder/home/.erlang.cookie.new" "$broker_folder/home/.erlang.cookie"
  chmod 400 "$broker_folder/home/.erlang.cookie"
  chown -R rabbitmq:rabbitmq "$broker_folder"
  chmod 750 "$broker_folder"
}

broker_settings() {
  cat <<CONF
listeners.tcp.local = 127.0.0.1:$broker_port
listeners.tcp.nodes = $network_gateway:$broker_port
# Only the engine asks the management API, and it runs on the host.
management.tcp.ip = 127.0.0.1
management.tcp.port = $broker_management_port
management.load_definitions = $broker_folder/definitions.json
# A dead peer is noticed in about a minute at most; a checkpoint freezes a consumer for well under a second.
heartbeat = 30
# A consumer may hold a delivery this long (milliseconds): past it the broker closes its channel.
consumer_timeout = 1800000
# The package's default wants as much free disk as the machine has memory.
disk_free_limit.absolute = 256MB
# Quorum queues' log: the default of 512 MB per file is made for servers.
raft.wal_max_size_bytes = 67108864
# One log: what goes to standard output is kept as broker.log.
log.file = false
log.console = true
log.console.level = info
CONF
}

# Read at every start, so a half-made first start heals itself. It holds salted hashes, not the passwords. The users of
# workload instances are the engine's to make; docs/security.md says what each user may do and why.
broker_definitions() {
  local index node
  {
    # Of the person at this machine, of tests and of measurements.
    secret broker | broker_user "$broker_user" administrator,impersonator '.*' '.*' '.*'
    # R is bound to whatever exchanges a workload's queue is bound to, and fences go to whatever queue it has. What it sets
    # aside keeps the sender's user id, which only an impersonator may publish.
    secret engine | broker_user engine impersonator '^(ms2m\.|Ms2m\.Contracts:)' '^(ms2m\..*|Ms2m\.Contracts:.*|amq\.default)$' '.*'
    # Makes and removes users, for the engine; looks at bindings. It may not touch a message.
    secret engine-admin | broker_user engine-admin administrator '^$' '^$' '^$'
    # History is published again, and listened to, under names that nothing else has.
    secret client | broker_user client '' '^ms2m\.history(\..+)?$' '^ms2m\.((start|cancel)-migration|history(\..+)?)$' '^ms2m\.history(\..+)?$'
    for ((index = 0; index < nodes_at_most; index++)); do
      node=$(node_name "$index")
      node_password "$node" | broker_user "node-$node" '' \
        "^(ms2m\\.node\\.$node(_error|_skipped)?|ms2m\\.(migrations|node-reports)|Ms2m\\.Contracts:.*)\$" \
        "^(ms2m\\.node\\.$node(_error|_skipped)?|ms2m\\.(migrations|node-reports)|Ms2m\\.Contracts:.*)\$" \
        "^(ms2m\\.node\\.$node(_error|_skipped)?|Ms2m\\.Contracts:.*)\$"
    done
  } | jq -s --arg vhost "$broker_vhost" '{
    vhosts: [{ name: $vhost }],
    users: map({ name, password_hash, hashing_algorithm: "rabbit_password_hashing_sha256", tags }),
    permissions: map({ user: .name, vhost: $vhost, configure, write, read }) }'
}

# A broker that runs has read its users when it started: secrets made since then are told to it.
broker_import() {
  [[ $broker_folder/definitions.json -nt $(secret_file cluster) ]] && return
  (umask 077 && broker_definitions >"$broker_folder/definitions.json.new")
  broker_ask definitions --header content-type:application/json --data "@$broker_folder/definitions.json.new" ||
    die "the broker did not take its users" "lab down, then lab up"
  chown rabbitmq:rabbitmq "$broker_folder/definitions.json.new"
  mv -f "$broker_folder/definitions.json.new" "$broker_folder/definitions.json"
}

# broker_user NAME TAGS CONFIGURE WRITE READ: one user as JSON; the password comes on standard input.
broker_user() {
  jq -nc --arg name "$1" --arg tags "$2" --arg configure "$3" --arg write "$4" --arg read "$5" \
    --arg password_hash "$(broker_password_hash)" '$ARGS.named'
}

# RabbitMQ's form: base64 of four bytes of salt and the SHA-256 of salt and password. The salt is derived from the
# password: a definitions file that stays the same is imported in no time.
broker_password_hash() {
  local password salt
  password=$(cat)
  salt=$(printf 'salt of %s' "$password" | sha256sum | cut -c1-8)
  salt="\\x${salt:0:2}\\x${salt:2:2}\\x${salt:4:2}\\x${salt:6:2}"
  { printf '%b' "$salt" && printf '%b%s' "$salt" "$password" | openssl dgst -sha256 -binary; } | base64 -w0
}

# In a subshell: these names are RabbitMQ's own and must not reach other processes.
export_broker_environment() {
  export HOME=$broker_folder/home
  export RABBITMQ_NODENAME=ms2m$lab_index@localhost
  export RABBITMQ_CONF_ENV_FILE=$broker_folder/environment # not /etc/rabbitmq/rabbitmq-env.conf
  export RABBITMQ_CONFIG_FILE=$broker_folder/rabbitmq.conf
  export RABBITMQ_ADVANCED_CONFIG_FILE=$broker_folder/advanced.config
  export RABBITMQ_ENABLED_PLUGINS_FILE=$broker_folder/enabled_plugins
  export RABBITMQ_MNESIA_BASE=$broker_folder/data
  export RABBITMQ_LOG_BASE=$broker_folder/log
  export RABBITMQ_DIST_PORT=$broker_distribution_port
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
  export ERL_EPMD_PORT=$broker_epmd_port ERL_EPMD_ADDRESS=127.0.0.1
  # The script's name for "exec the virtual machine": SIGTERM then reaches it, and stops it in order, without
  # a wrapper that would start rabbitmqctl for that.
  export detached=1
}

broker_launch() {
  local pid
  pid=$(
    export_broker_environment
    owned_spawn broker "$lab_logs/broker.log" \
      setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups /usr/lib/rabbitmq/bin/rabbitmq-server
    printf %s "$owned_pid"
  )
  process_record broker "$pid"
}

# RabbitMQ closes its stores within a moment and then waits five seconds for a process of its statistics, which hold
# nothing. That wait is cut short, and only that one: a stop that is still saving messages gets all its patience.
broker_stop() {
  local pid log=$lab_logs/broker.log read_before=0 deadline=$((SECONDS + stop_patience))
  if pid=$(process_pid broker); then
    [[ ! -r $log ]] || read_before=$(stat --format %s "$log")
    kill -TERM "$pid" 2>/dev/null || true
    while process_lives broker && ((SECONDS < deadline)); do
      if broker_has_saved "$log" "$read_before"; then
        sleep 0.3
        break
      fi
      sleep 0.05
    done
  fi
  process_kill broker
}

broker_has_saved() { tail -c "+$(($2 + 1))" "$1" 2>/dev/null | grep -aq 'to stop collect_statistics'; }

# broker_control WORD…: rabbitmqctl for this broker.
broker_control() (
  export_broker_environment
  unset detached
  setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups /usr/lib/rabbitmq/bin/rabbitmqctl --quiet "$@"
)

# The broker takes nothing from anybody who publishes while one of these holds: the alarms of a full memory and of a
# full disk, set off by moving the mark below what is used.
broker_alarm() {
  case $1 in
    memory) broker_control set_vm_memory_high_watermark 0.00001 ;;
    disk) broker_control set_disk_free_limit 1000000GB ;;
    off)
      broker_control set_vm_memory_high_watermark 0.4
      broker_control set_disk_free_limit 256MB
      ;;
  esac
}
