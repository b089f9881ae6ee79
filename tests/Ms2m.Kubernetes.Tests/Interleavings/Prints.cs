using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>Two worlds with the same print go on in the same ways. Versions count only as far as they are the newest or are
/// not: how many writes it took to come here makes no difference.</summary>
internal static class Prints
{
    private static readonly ConditionalWeakTable<KubernetesObject, byte[]> _known = [];
    private static readonly byte[] _gone = new byte[16];

    public static UInt128 Of(World world)
    {
        using var text = new MemoryStream(2048);
        using var to = new BinaryWriter(text);
        var state = world.Cluster;
        to.Write(world.Stage);
        to.Write(world.Left);
        foreach (var what in state.Objects.Values)
        {
            to.Write(Of(what));
        }
        foreach (var (name, memory) in state.Controllers)
        {
            Append(to, state, name, memory);
        }
        foreach (var one in state.Running.Values)
        {
            to.Write(one.Uid);
            to.Write(one.LetIn);
            to.Write(one.Restarts > 0);
        }
        foreach (var node in state.LostNodes)
        {
            to.Write(node);
        }
        Append(to, state, world.Engine);
        to.Write(world.Other?.Stage ?? -2);
        Append(to, state, world.Other?.Mind ?? Mind.Empty);
        to.Flush();
        var print = SHA256.HashData(text.GetBuffer().AsSpan(0, (int)text.Length));
        return new UInt128(BitConverter.ToUInt64(print, 0), BitConverter.ToUInt64(print, 8));
    }

    private static void Append(BinaryWriter to, ClusterState state, string name, ControllerMemory memory)
    {
        to.Write(name);
        foreach (var (key, what) in memory.View.Known)
        {
            to.Write(Of(what));
            to.Write(ReferenceEquals(state.Objects.GetValueOrDefault(key), what));
        }
        foreach (var (resource, heard) in memory.View.Heard.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var changes = state.Changes[resource];
            to.Write(changes.Count - heard);
            for (var i = heard; i < changes.Count; i++)
            {
                to.Write(changes[i].Now is { } now ? Of(now) : _gone);
            }
        }
        foreach (var write in memory.Planned)
        {
            to.Write(write.Says);
            to.Write(write.Version is var (key, version) && state.Objects.GetValueOrDefault(key)?.Metadata.ResourceVersion == version);
        }
        foreach (var expected in memory.Expected)
        {
            to.Write(expected);
        }
    }

    private static void Append(BinaryWriter to, ClusterState state, Mind mind)
    {
        var seen = mind.Seen;
        to.Write(seen.Asked.Count);
        switch (mind.Act)
        {
            // What insists on a version that is no more fails, whatever it was to be.
            case Act.Mark mark when !state.Objects.Values.Any(one => ReferenceEquals(one, mark.Pod)):
            case Act.Scale scale when state.Objects.Values.All(one => one.Metadata.ResourceVersion != scale.ResourceVersion):
                to.Write("in vain");
                break;
            case Act.Mark mark:
                to.Write(mark.Patch.Body.ToJsonString().Replace($"\"{mark.Pod.Metadata.ResourceVersion}\"", "", StringComparison.Ordinal));
                break;
            case Act.Scale scale:
                to.Write(scale.Replicas);
                break;
            default:
                to.Write(mind.Act?.GetType().Name ?? "");
                break;
        }
        foreach (var what in (KubernetesObject?[])[seen.StatefulSet, seen.ReplicaSet, seen.Named, seen.Node, .. seen.Pods, .. seen.ReplicaSets])
        {
            to.Write(what is not null);
            if (what is not null)
            {
                to.Write(Of(what));
                to.Write(state.Objects.Values.Any(one => ReferenceEquals(one, what)));
            }
        }
    }

    private static byte[] Of(KubernetesObject what) => _known.GetValue(what, static one =>
    {
        var plain = one with { Metadata = one.Metadata with { ResourceVersion = null } };
        var json = JsonSerializer.Serialize(plain, plain.GetType(), KubernetesJson.Default);
        return SHA256.HashData(Encoding.UTF8.GetBytes(json))[..16];
    });
}
