using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>Where a workload is reached, on whatever node it runs.</summary>
/// <param name="Cidr">IPv4 address and length of the network's prefix, such as <c>10.99.0.80/24</c>.</param>
/// <param name="Mac">Hardware address, such as <c>02:4d:0a:63:00:50</c>; derived from the address when absent. It moves
/// too, so nobody who talks to the workload has to learn anything.</param>
public sealed record WorkloadAddress(string Cidr, string? Mac = null)
{
    /// <summary>The address without its prefix; null when it cannot be read.</summary>
    [JsonIgnore]
    public IPAddress? Ip => Cidr.Split('/') is [var ip, var prefix]
        && IPAddress.TryParse(ip, out var read) && read.AddressFamily == AddressFamily.InterNetwork
        && read.ToString() == ip
        && int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length is >= 8 and <= 30
            ? read
            : null;

    /// <summary>The hardware address that goes with it.</summary>
    [JsonIgnore]
    public string HardwareAddress => Mac
        ?? $"02:4d:{string.Join(':', (Ip ?? IPAddress.None).GetAddressBytes().Select(one => one.ToString("x2", CultureInfo.InvariantCulture)))}";

    /// <summary>Whether both parts can be used.</summary>
    public bool IsValid() => Ip is not null && HardwareAddress.Split(':') is { Length: 6 } parts
        && parts.All(part => part.Length == 2 && byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
        // Neither a group's address nor one that a maker of hardware has given out.
        && (byte.Parse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & 3) == 2;
}
