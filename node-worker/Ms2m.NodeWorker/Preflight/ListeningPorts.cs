using System.Globalization;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>TCP sockets that listen, from the kernel's tables: one line a socket, the local address as hexadecimal
/// <c>ADDRESS:PORT</c> in the second column, the state in the fourth, the inode in the tenth.</summary>
public static class ListeningPorts
{
    private const string Listening = "0A";

    /// <summary>Port by the inode of its socket, in the network of that process.</summary>
    public static Dictionary<long, int> Of(int pid) => Of($"/proc/{pid}/net");

    /// <summary>In this process's network.</summary>
    public static Dictionary<long, int> Here() => Of("/proc/self/net");

    public static IEnumerable<(long Inode, int Port)> Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines.Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[3] == Listening
                && int.TryParse(columns[1][(columns[1].LastIndexOf(':') + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port)
                && long.TryParse(columns[9], CultureInfo.InvariantCulture, out var inode))
            {
                yield return (inode, port);
            }
        }
    }

    private static Dictionary<long, int> Of(string folder)
    {
        var ports = new Dictionary<long, int>();
        foreach (var table in (string[])["tcp", "tcp6"])
        {
            var path = Path.Combine(folder, table);
            if (!File.Exists(path))
                continue;
            foreach (var (inode, port) in Parse(File.ReadLines(path)))
                ports[inode] = port;
        }
        return ports;
    }
}
