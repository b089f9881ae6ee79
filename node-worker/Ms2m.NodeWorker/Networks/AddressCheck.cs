using Ms2m.Contracts;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Networks;

/// <summary>Whether a workload may have its address here. Two who have one take each other's packets.</summary>
public sealed class AddressCheck(IWorkloadNetworks networks, ReservationBook book)
{
    /// <param name="here">The containers of this node.</param>
    /// <param name="moves">Whether it comes from elsewhere, where it still answers.</param>
    public async Task<Trouble?> RefuseAsync(
        WorkloadSpec spec, IEnumerable<Container> here, bool moves, CancellationToken cancel)
    {
        if (spec.Address is not { } address)
            return null;
        if (here.FirstOrDefault(c => c.Spec is { } other && other.Name != spec.Name && Meets(address, other)) is { } container)
            return NodeFailures.AddressTaken(address.Cidr, $"'{container.Name}' on this node has it");
        if (book.Open.FirstOrDefault(r => r.Spec.Name != spec.Name && Meets(address, r.Spec)) is { } promised)
            return NodeFailures.AddressTaken(address.Cidr, $"it is promised to '{promised.InstanceId}'");
        var asked = await networks.WhoAnswersAsync(address, cancel);
        if (asked.Failed)
            return asked.Trouble;
        return asked.Value is not { } mac || (moves && mac.Equals(address.HardwareAddress, StringComparison.OrdinalIgnoreCase))
            ? null
            : NodeFailures.AddressTaken(address.Cidr, $"{mac} answers to it");
    }

    private static bool Meets(WorkloadAddress address, WorkloadSpec other) =>
        other.Address is { } taken && (Equals(taken.Ip, address.Ip)
            || taken.HardwareAddress.Equals(address.HardwareAddress, StringComparison.OrdinalIgnoreCase));
}
