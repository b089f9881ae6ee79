# shellcheck shell=bash
# A node: a machine's worth of namespaces. Its root is thrown away at each start, like a freshly installed machine;
# podman's storage and the worker's data stay until `purge`.

node_folder() { printf '%s/nodes/%s\n' "$lab_state" "$1"; }

node_name() { # node_name INDEX (from 0)
  local letters=abcdefghijklmnopqrstuvwxyz
  printf 'node-%s\n' "${letters:$1:1}"
}

node_index() {
  local letter=${1#node-} code
  [[ $1 == node-[a-z] ]] || die_usage "'$1' is no node: nodes are called node-a, node-b, …"
  printf -v code %d "'$letter"
  printf '%s\n' $((code - 97))
}

node_address() {
  local index
  index=$(node_index "$1") || exit $?
  printf '%s.%s\n' "$network_prefix" $((index + 11))
}

# Every node that ever was, by its folder or by its processes.
nodes_known() {
  find "$lab_state/nodes" "$owned_tree" -mindepth 1 -maxdepth 1 -type d -name 'node-*' -printf '%f\n' 2>/dev/null |
    sort -u
}

nodes_running() {
  local node
  for node in $(nodes_known); do
    if process_lives "$node"; then printf '%s\n' "$node"; fi
  done
}

node_start() {
  local node=$1
  if ! process_lives "$node"; then
    node_clear "$node"
    node_prepare "$node"
    node_launch "$node"
  fi
  podman_start "$node"
}

# Whatever an earlier life left: processes by their control group, and the wire by its name.
node_clear() {
  process_kill "$1"
  process_forget "$1/podman"
  process_forget "$1/worker"
  ip link delete "$(network_wire "$1")" 2>/dev/null || true
}

node_prepare() {
  local folder other
  folder=$(node_folder "$1")
  rm -rf --one-file-system "$folder/upper" "$folder/work"
  mkdir -p "$folder"/{upper,work,root,containers,data,worker}
  chmod 700 "$folder/data"
  mkdir -p "$folder"/upper/etc/{containers,criu}
  cp "$lab_folder"/node/{containers.conf,storage.conf,policy.json} "$folder/upper/etc/containers/"
  cp "$lab_folder/node/criu-runc.conf" "$folder/upper/etc/criu/runc.conf"
  echo "$1" >"$folder/upper/etc/hostname"
  : >"$folder/upper/etc/resolv.conf"
  {
    printf '127.0.0.1 localhost\n::1 localhost\n%s host broker store\n' "$network_gateway"
    for other in {0..15}; do
      other=$(node_name "$other")
      printf '%s %s\n' "$(node_address "$other")" "$other"
    done
  } >"$folder/upper/etc/hosts"
}

node_launch() {
  local node=$1 rootfs init=
  rootfs=$(rootfs_path)
  owned_spawn "$node" "$lab_logs/$node.log" \
    unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --net --cgroup \
    "$lab_folder/node/init" "$node" "$(node_folder "$node")" "$rootfs" "$node_checkpoints_size"
  # unshare itself stays outside: the node's first process is its only child.
  local deadline=$((SECONDS + 10))
  until init=$(node_process_of "$owned_pid"); do
    if ((SECONDS >= deadline)) || [[ ! -d /proc/$owned_pid ]]; then
      say_log_tail "$lab_logs/$node.log"
      die "$node did not start" "the lab needs root and the right to make namespaces; read $lab_logs/$node.log"
    fi
    sleep 0.01
  done
  process_record "$node" "$init"
  network_attach "$node" "$init"
  wait_until 20 "$node" "its root was made" test -e "/proc/$init/root/run/ms2m-node-is-up"
}

# The child that unshare or nsenter has put into another pid namespace. Before they run, the same process is still
# this shell, with children of its own (mkdir …) in the host's namespace.
node_process_of() {
  local children=
  # The line ends without a newline, so read reports failure even when it read something.
  read -r children _ <"/proc/$1/task/$1/children" || [[ -n $children ]] || return 1
  [[ $(readlink "/proc/$children/ns/pid") != "$(readlink /proc/self/ns/pid)" && -d /proc/$children ]] || return 1
  printf '%s\n' "$children"
} 2>/dev/null

# node_enter NODE COMMAND…: replaces the calling (sub)shell by a command inside the node.
node_enter() {
  local init
  init=$(process_pid "$1") || die_not_running "$1 is not running" "lab node $1 start"
  shift
  exec nsenter --target "$init" --all -- "$@"
}

node_exec() {
  local node=$1
  shift
  node_index "$node" >/dev/null
  process_lives "$node" || die_not_running "$node is not running" "lab node $node start"
  owned_enter "$node/visitors"
  node_enter "$node" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

# node_spawn NODE PART: like owned_spawn, for a program inside the node; the program's process is recorded, not
# nsenter's. The command is run with exactly the environment of the calling subshell.
node_spawn() {
  local node=$1 part=$2 init child deadline=$((SECONDS + 10))
  shift 2
  init=$(process_pid "$node") || die_not_running "$node is not running" "lab node $node start"
  owned_spawn "$part" "$lab_logs/${part//\//.}.log" nsenter --target "$init" --all -- "$@"
  until child=$(node_process_of "$owned_pid"); do
    if ((SECONDS >= deadline)) || [[ ! -d /proc/$owned_pid ]]; then
      say_log_tail "$lab_logs/${part//\//.}.log"
      die "$part did not start" "read $lab_logs/${part//\//.}.log"
    fi
    sleep 0.01
  done
  process_record "$part" "$child"
}

node_stop() {
  node_index "$1" >/dev/null
  worker_stop "$1"
  node_clear "$1"
}
