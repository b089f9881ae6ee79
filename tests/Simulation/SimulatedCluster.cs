using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>A Kubernetes cluster in this process: a server that answers as the real one does, and controllers and nodes that
/// take one step when they are told to. What it leaves out stands in README.md beside it.</summary>
internal sealed partial class SimulatedCluster
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SimulatedCluster()
        : this(ClusterState.Empty)
    {
    }

    private SimulatedCluster(ClusterState state)
    {
        Store = new Store(state);
        Controllers = new Controllers(Store);
        Nodes = new Nodes(Store);
    }

    /// <summary>For tests that look or meddle behind the server's back.</summary>
    public Store Store { get; }

    public Controllers Controllers { get; }

    public Nodes Nodes { get; }

    /// <summary>Controllers and nodes do all they can after every call, so that a loop that waits for them sees them work.</summary>
    public bool Lives { get; init; }

    /// <summary>Refuses a call before it is carried out, where it gives a problem.</summary>
    public Func<ApiCall, ApiProblem?>? Refuse { get; set; }

    /// <summary>All calls in their order, refused ones too.</summary>
    public List<ApiCall> Calls { get; } = [];

    /// <summary>One that goes on from here, while this one stays.</summary>
    public SimulatedCluster Fork() => new(Store.State) { Lives = Lives, Refuse = Refuse };

    /// <summary>One that goes on from there.</summary>
    public static SimulatedCluster From(ClusterState state, bool lives = false) => new(state) { Lives = lives };

    /// <summary>Stores an object as if somebody had applied it long ago, status and all.</summary>
    public T Given<T>(Kind<T> kind, T what)
        where T : KubernetesObject
    {
        lock (_gate)
        {
            return Store.Add(kind, what);
        }
    }

    public T? Find<T>(Kind<T> kind, string? space, string name)
        where T : KubernetesObject => Store.Find(kind, space, name);

    public IReadOnlyList<T> All<T>(Kind<T> kind)
        where T : KubernetesObject => [.. Store.All(kind)];

    /// <summary>Lets controllers and nodes do all that there is to do.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            var version = Store.State.Version;
            Settling.Run(this);
            if (Store.State.Version != version)
            {
                Tell();
            }
        }
    }

    /// <summary>Does something to the cluster from outside and tells whoever watches.</summary>
    public void Change(Action<SimulatedCluster> what)
    {
        lock (_gate)
        {
            what(this);
            if (Lives)
            {
                Settling.Run(this);
            }
            Tell();
        }
    }

    /// <summary>Forgets the past, so that watches from before have to begin anew, as after a 410.</summary>
    public void ForgetThePast()
    {
        lock (_gate)
        {
            Store.State = Store.State with { Oldest = Store.State.Version };
            Tell();
        }
    }

    private void Tell()
    {
        var told = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        told.SetResult();
    }
}

/// <param name="Verb">As in a role's rules: get, list, watch, create, update, patch, delete.</param>
/// <param name="Resource">Plural, with its subresource as in <c>statefulsets/scale</c>.</param>
internal sealed record ApiCall(string Verb, string Resource, string? Namespace, string? Name, string? Body = null);
