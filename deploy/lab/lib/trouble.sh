# shellcheck shell=bash
# Trouble made on purpose, and its end. Every verb is one quick act: whoever tries a fault wants to know when it struck.

# trouble_cut NODE NODE…: these nodes do not hear each other any more, as if a wire were cut; broker, store and engine
# hear all of them. Nothing is refused: packets vanish, as they do in a cut.
trouble_cut() {
  local node
  for node in "$@"; do bridge link set dev "$(network_wire "$node")" isolated on; done
}

trouble_heal() {
  local node
  for node in $(nodes_running); do bridge link set dev "$(network_wire "$node")" isolated off; done
}

# trouble_slow NODE RATE: what comes to the node comes at this rate (as tc writes it: 80mbit).
trouble_slow() { tc qdisc replace dev "$(network_wire "$1")" root tbf rate "$2" burst 128kb latency 100ms; }

trouble_fast() { tc qdisc delete dev "$(network_wire "$1")" root 2>/dev/null || true; }

# trouble_fill NODE: the room for checkpoints ends where it is used now. Its size is changed; filling it for real would
# take as much of the machine's memory.
trouble_fill() {
  local attempt
  # What arrives just now may be more than fits into the size that was reckoned a moment ago.
  for attempt in {1..50}; do
    trouble_resize "$1" $(($(trouble_used "$1") + attempt * 65536)) 2>/dev/null && return
  done
  die "the checkpoint room of $1 could not be filled" "see: lab node $1 exec df /var/lib/ms2m/checkpoints"
}

trouble_used() {
  nsenter --target "$(process_pid "$1")" --mount -- stat --file-system --format '%b %f %S' /var/lib/ms2m/checkpoints |
    awk '{ print ($1 - $2) * $3 }'
}

trouble_empty() { trouble_resize "$1" "$node_checkpoints_size"; }

trouble_resize() {
  nsenter --target "$(process_pid "$1")" --mount -- mount -o "remount,size=$2" /var/lib/ms2m/checkpoints
}

# trouble_signal PART SIGNAL: STOP or CONT, for the main process of a part.
trouble_signal() {
  local pid
  pid=$(process_pid "$1") || die_not_running "$1 is not running" "lab status"
  kill "-$2" "$pid"
}
