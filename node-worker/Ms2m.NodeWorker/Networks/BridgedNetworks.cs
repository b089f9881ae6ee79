using System.Collections.Concurrent;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Networks;

/// <summary>Network namespaces on a bridge of the node that is on the nodes' network itself. Of the wire between them the
/// node's end is up or down: that is all the difference between being on the network and being cut off, and it is kept by
/// the kernel.</summary>
/// <param name="bridge">Null where the node has none.</param>
/// <param name="keepsFrames">Whether what comes for an instance that is cut off is kept for it; only on the node
/// itself.</param>
public sealed class BridgedNetworks(NodeShell shell, PodmanPlaces places, string? bridge, bool keepsFrames = false)
    : IWorkloadNetworks, IDisposable
{
    private readonly ConcurrentDictionary<string, KeptFrames> _kept = new();

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // arp_notify: whoever is given an address, or set up, says so. No IPv6: an interface would look for its neighbours by
    // itself, and a namespace that is cut off shall have nothing to say.
    private const string Preparing = """
        set -e
        exec 2>&1
        bridge=$1 name=$2 wire=$3 cidr=$4 mac=$5
        [ -d "/sys/class/net/$bridge/bridge" ] || { echo "there is no bridge $bridge"; exit 1; }
        # What a killed worker left half made, and the wire of a former network whose processes are just ending.
        ip link delete dev "$wire" 2>/dev/null || true
        ip netns delete "$name" 2>/dev/null || true
        ip netns add "$name"
        trap '[ $? = 0 ] || { ip link delete dev "$wire"; ip netns delete "$name"; } 2>/dev/null' EXIT
        ip netns exec "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
          net.ipv4.conf.default.arp_notify=1 2>/dev/null || ip netns exec "$name" sysctl -qw net.ipv4.conf.default.arp_notify=1
        read -r mtu <"/sys/class/net/$bridge/mtu"
        ip link add "$wire" mtu "$mtu" type veth peer name eth0 mtu "$mtu" address "$mac" netns "$name"
        ip link set dev "$wire" master "$bridge"
        sysctl -qw "net.ipv6.conf.$wire.disable_ipv6=1" 2>/dev/null || true
        ip -n "$name" link set dev lo up
        ip -n "$name" address add "$cidr" dev eth0
        ip -n "$name" link set dev eth0 up
        gateway=$(ip -4 route show default dev "$bridge" | sed -n 's/^default via \([0-9.]*\).*/\1/p' | head -n 1)
        # Another network's gateway is none for this address; then it reaches its own network only.
        if [ -n "$gateway" ]; then ip -n "$name" route add default via "$gateway" dev eth0 2>/dev/null || true; fi
        # Last: a network with it is whole.
        ip link set dev "$wire" alias "$cidr $mac"
        """;

    // An address that is set, even to what it is, is announced, but only once the wire is seen to be up at the other end.
    private const string Attaching = """
        exec 2>&1
        name=$1 wire=$2
        ip link set dev "$wire" up || exit
        tries=0
        until line=$(ip -n "$name" -o link show dev eth0) && [ "$line" != "${line#*state UP}" ]; do
          tries=$((tries + 1))
          if [ "$tries" -gt 100 ]; then echo "the wire does not come up: $line"; exit 1; fi
          sleep 0.01
        done
        mac=${line##*link/ether }
        ip -n "$name" link set dev eth0 address "${mac%% *}"
        """;

    // The wire by name: a namespace lives on as long as a process is in it, and its end of the wire with it.
    private const string Removing = """
        exec 2>&1
        if [ -e "/sys/class/net/$2" ]; then ip link delete dev "$2" || exit; fi
        if [ -e "/run/netns/$1" ]; then ip netns delete "$1"; fi
        """;

    // "use" is a packet to that address without a packet: the kernel asks who has it.
    private const string Asking = """
        exec 2>&1
        bridge=$1 ip=$2
        ip neighbour flush to "$ip" dev "$bridge" 2>/dev/null
        ip neighbour replace "$ip" dev "$bridge" use nud none || exit
        tries=0
        while [ "$tries" -lt 40 ]; do
          set -- $(ip neighbour show to "$ip" dev "$bridge")
          while [ $# -gt 1 ]; do
            if [ "$1" = lladdr ]; then echo "$2"; exit 0; fi
            if [ "$1" = FAILED ]; then exit 0; fi
            shift
          done
          if [ "${1:-}" = FAILED ]; then exit 0; fi
          tries=$((tries + 1))
          sleep 0.01
        done
        """;

    public async Task<Outcome<Done>> PrepareAsync(string instance, WorkloadAddress address, CancellationToken cancel)
    {
        if (bridge is null)
            return NodeFailures.NoWorkloadBridge();
        if (IsWhole(instance, address))
            return Done.It;
        return await ShellAsync($"make the network of '{instance}'", Preparing, bridge,
            NetworkNames.Namespace(instance), NetworkNames.Wire(instance), address.Cidr, address.HardwareAddress);
    }

    public async Task<Outcome<Done>> AttachAsync(string instance, CancellationToken cancel)
    {
        var attached = await ShellAsync(
            $"put '{instance}' on its network", Attaching, NetworkNames.Namespace(instance), NetworkNames.Wire(instance));
        if (_kept.TryRemove(instance, out var kept))
            kept.GiveBack();
        return attached;
    }

    public Task<Outcome<Done>> DetachAsync(string instance, CancellationToken cancel)
    {
        Keep(instance);
        return ShellAsync(
            $"cut '{instance}' off from its network", """exec ip link set dev "$1" down 2>&1""", NetworkNames.Wire(instance));
    }

    public void Dispose()
    {
        foreach (var kept in _kept.Values)
            kept.Dispose();
    }

    public Task<Outcome<Done>> RemoveAsync(string instance, CancellationToken cancel)
    {
        if (_kept.TryRemove(instance, out var kept))
            kept.Dispose();
        return File.Exists(places.Here(NetworkNames.Path(instance)))
        || Directory.Exists(places.Here($"/sys/class/net/{NetworkNames.Wire(instance)}"))
            ? ShellAsync($"remove the network of '{instance}'", Removing,
                NetworkNames.Namespace(instance), NetworkNames.Wire(instance))
            : Task.FromResult<Outcome<Done>>(Done.It);
    }

    public IReadOnlyList<string> Instances() => Directory.Exists(places.Here(NetworkNames.Folder))
        ? [.. Directory.GetFiles(places.Here(NetworkNames.Folder)).Select(f => NetworkNames.InstanceOf(Path.GetFileName(f))).OfType<string>()]
        : [];

    public async Task<Outcome<string?>> WhoAnswersAsync(WorkloadAddress address, CancellationToken cancel)
    {
        if (bridge is null || address.Ip is not { } ip)
            return NodeFailures.NoWorkloadBridge();
        var what = $"ask who has {ip}";
        var said = await shell.RunAsync(what, Asking, [bridge, ip.ToString()], Limit, cause => NodeFailures.NetworkFailed(what, cause));
        if (said.Failed)
            return said.Trouble;
        return said.Value.Length > 0 ? said.Value : (string?)null;
    }

    /// <summary>From before it is cut off: what comes in the moment between would be lost. Nobody minds what comes twice, as
    /// on any network.</summary>
    private void Keep(string instance)
    {
        if (!keepsFrames || bridge is null || _kept.ContainsKey(instance) || AliasOf(instance)?.Split(' ') is not [_, var mac])
            return;
        try
        {
            _kept[instance] = new KeptFrames(PhysicalAddress.Parse(mac), NetworkNames.Wire(instance), bridge);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Not allowed to listen. The clients' kernels send again what is lost.
        }
    }

    private string? AliasOf(string instance)
    {
        var alias = places.Here($"/sys/class/net/{NetworkNames.Wire(instance)}/ifalias");
        return File.Exists(alias) ? File.ReadAllText(alias).Trim() : null;
    }

    private bool IsWhole(string instance, WorkloadAddress address) =>
        File.Exists(places.Here(NetworkNames.Path(instance)))
        && AliasOf(instance) == $"{address.Cidr} {address.HardwareAddress}";

    private async Task<Outcome<Done>> ShellAsync(string what, string script, params string[] arguments)
    {
        var outcome = await shell.RunAsync(what, script, arguments, Limit, cause => NodeFailures.NetworkFailed(what, cause));
        return outcome.Failed ? outcome.Trouble : Done.It;
    }
}
