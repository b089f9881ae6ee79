using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Tests.Stage;

internal static class TestOptions
{
    public static WorkerOptions In(string folder, string node = "node-t") => new()
    {
        Node = node,
        BrokerUri = new Uri("amqp://nobody:nothing@127.0.0.1:1/none"),
        WorkloadBrokerUri = new Uri("amqp://10.0.0.1:5672/ms2m"),
        NodeKey = new string('n', 64),
        Listen = new Uri("https://127.0.0.1:0"),
        Advertise = new Uri("https://10.0.0.9:8490"),
        Health = new Uri("http://127.0.0.1:0"),
        Tls = TestAuthority.Ours.Folder(node),
        Data = folder,
        Checkpoints = Path.Combine(folder, "checkpoints"),
        PodmanSocket = Path.Combine(folder, "no-podman.sock"),
        ReserveBytes = 1_000_000,
        DiskReserveBytes = 1_000_000,
    };
}
