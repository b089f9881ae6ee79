# shellcheck shell=bash
# One bridge per lab; the host is its first address, node-a is .11. It exists even when only the services run:
# the broker and the store listen on its address from the start, so nodes may come later.

network_up() {
  local other
  if ! ip link show dev "$network_bridge" &>/dev/null; then
    other=$(ip -o -4 addr show | awk -v want="$network_gateway/24" '$4 == want { print $2; exit }')
    [[ -z $other ]] || die "interface $other already has the address $network_gateway" "choose another lab: MS2M_LAB=1"
    ip link add "$network_bridge" type bridge forward_delay 0 stp_state 0
  fi
  ip addr replace "$network_gateway/24" dev "$network_bridge"
  # Addresses are usable at once: nobody else is on this wire to ask for duplicates.
  sysctl -qw "net.ipv6.conf.$network_bridge.disable_ipv6=1" 2>/dev/null || true
  ip link set "$network_bridge" up
}

network_down() {
  local port
  for port in "/sys/class/net/$network_bridge/brif/"*; do
    [[ -e $port ]] && ip link delete "${port##*/}" 2>/dev/null
  done
  # A wire whose end was never put on the bridge (a run killed in between) is known by its name.
  for port in "/sys/class/net/$network_bridge-"*; do
    [[ -e $port ]] && ip link delete "${port##*/}" 2>/dev/null
  done
  if ip link show dev "$network_bridge" &>/dev/null; then ip link delete "$network_bridge"; fi
}

network_wire() { printf '%s-%s\n' "$network_bridge" "${1#node-}"; }

# network_attach NODE PID: a wire from the bridge into the network of the process. The kernel removes it with the node.
network_attach() {
  local node=$1 pid=$2 wire
  wire=$(network_wire "$node")
  ip link delete "$wire" 2>/dev/null || true
  ip link add "$wire" type veth peer name eth0 netns "$pid"
  ip link set "$wire" master "$network_bridge" up
  nsenter --target "$pid" --net ip -batch - <<BATCH
link set lo up
addr add $(node_address "$node")/24 dev eth0
link set eth0 up
route add default via $network_gateway
BATCH
}
