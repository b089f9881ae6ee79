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
# In the node the wire ends in a bridge of the node's own, which has the node's address: containers with addresses of
# their own hang on it, and whatever befalls the wire befalls them too.
network_attach() {
  local node=$1 pid=$2 wire mac
  wire=$(network_wire "$node")
  ip link delete "$wire" 2>/dev/null || true
  ip link add "$wire" type veth peer name eth0 netns "$pid"
  ip link set "$wire" master "$network_bridge" up
  mac=$(nsenter --target "$pid" --net ip -json link show dev eth0 | jq -r '.[0].address')
  # A bridge without an address that was given to it takes the lowest of its ports', and so another one whenever a
  # container comes or goes: the node's neighbours would look for it in vain.
  nsenter --target "$pid" --net ip -batch - <<BATCH
link set lo up
link add $node_bridge address $mac type bridge forward_delay 0 stp_state 0 mcast_snooping 0
link set eth0 master $node_bridge up
addr add $(node_address "$node")/24 dev $node_bridge
link set $node_bridge up
route add default via $network_gateway
BATCH
  # As on the host: who has an IPv6 address first looks whether it is taken, and speaks of it.
  nsenter --target "$pid" --net sysctl -qw "net.ipv6.conf.$node_bridge.disable_ipv6=1" \
    net.ipv6.conf.eth0.disable_ipv6=1 2>/dev/null || true
  # A node's firewall, such as podman's own, remembers a connection that has moved away as it was, and drops what it says
  # when it comes back.
  nsenter --target "$pid" --net sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true
}
