using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>The server's storage: objects, their versions and the news of them. Says nothing about what is allowed.</summary>
internal sealed class Store(ClusterState state)
{
    public ClusterState State { get; set; } = state;

    public T? Find<T>(Kind<T> kind, string? space, string name)
        where T : KubernetesObject =>
        State.Objects.GetValueOrDefault(Resource.Of(kind).Key(space, name)) as T;

    public IEnumerable<T> All<T>(Kind<T> kind)
        where T : KubernetesObject
    {
        var name = Resource.Of(kind).Name;
        return State.Objects.Where(one => one.Key.Resource == name).Select(one => (T)one.Value);
    }

    /// <summary>Stores a new object under a uid that is its own and the same on every way that leads here.</summary>
    public T Add<T>(Kind<T> kind, T what)
        where T : KubernetesObject
    {
        var resource = Resource.Of(kind);
        return (T)Add(resource, resource.Key(what.Metadata.Namespace, what.Metadata.Name!), what);
    }

    public KubernetesObject Add(Resource resource, ObjectKey key, KubernetesObject what)
    {
        var times = State.Made.GetValueOrDefault(key) + 1;
        State = State with { Made = State.Made.SetItem(key, times) };
        return Put(key, what with
        {
            ApiVersion = resource.ApiVersion,
            Kind = resource.Kind,
            Metadata = what.Metadata with
            {
                Uid = Uid(key, times),
                CreationTimestamp = State.Now,
                DeletionTimestamp = null,
                Generation = resource.HasGeneration ? 1 : null,
            },
        });
    }

    public T Put<T>(Kind<T> kind, T what)
        where T : KubernetesObject =>
        (T)Put(Resource.Of(kind).Key(what.Metadata.Namespace, what.Metadata.Name!), what);

    /// <summary>Stores it as it is, under a new version.</summary>
    public KubernetesObject Put(ObjectKey key, KubernetesObject what)
    {
        var version = State.Version + 1;
        var stored = what with
        {
            Metadata = what.Metadata with { ResourceVersion = version.ToString(CultureInfo.InvariantCulture) },
        };
        Tell(new Change(key, State.Objects.GetValueOrDefault(key), stored, version));
        return stored;
    }

    public void Remove(ObjectKey key)
    {
        if (State.Objects.TryGetValue(key, out var before))
        {
            Tell(new Change(key, before, null, State.Version + 1));
        }
    }

    private void Tell(Change change)
    {
        var told = State.Changes.GetValueOrDefault(change.Key.Resource) ?? [];
        State = State with
        {
            Version = change.Version,
            Objects = change.Now is { } now ? State.Objects.SetItem(change.Key, now) : State.Objects.Remove(change.Key),
            Changes = State.Changes.SetItem(change.Key.Resource, told.Add(change)),
            Running = change.Now is Pod pod ? Instances.Read(change.Before as Pod, pod, State.Running) : State.Running,
        };
    }

    private static string Uid(ObjectKey key, int times) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{key} {times}")).AsSpan(0, 16)).ToString();
}
