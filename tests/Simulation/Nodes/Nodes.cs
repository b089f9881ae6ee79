using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>The scheduler and the nodes' kubelets, one step at a time.</summary>
internal sealed class Nodes(Store store)
{
    /// <summary>Adds a node that is ready.</summary>
    public Node Add(string name) => store.Add(Kinds.Nodes, new Node
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name },
        },
        Status = new NodeStatus { Conditions = [new Condition { Type = "Ready", Status = "True", Reason = "KubeletReady" }] },
    });

    /// <summary>Gives a pod without a node one that is ready and may be used.</summary>
    public bool Schedule(Pod pod)
    {
        var wanted = pod.Spec?.Others?.TryGetValue("nodeSelector", out var selector) == true
            && selector.TryGetProperty("kubernetes.io/hostname", out var host) ? host.GetString() : null;
        var node = store.All(Kinds.Nodes).FirstOrDefault(one =>
            one.Spec?.Unschedulable != true && IsReady(one) && (wanted is null || wanted == one.Metadata.Name));
        if (pod.Spec?.NodeName is not null || pod.Metadata.IsGoing || node is null)
        {
            return false;
        }
        store.Put(Kinds.Pods, pod with { Spec = pod.Spec! with { NodeName = node.Metadata.Name } });
        return true;
    }

    /// <summary>Starts the pod's container.</summary>
    public bool Start(Pod pod)
    {
        if (!CanStart(pod))
        {
            return false;
        }
        Run(pod, restarts: 0);
        store.Put(Kinds.Pods, Containers.Running(pod, ready: false, restarts: 0));
        return true;
    }

    /// <summary>Its probe succeeds.</summary>
    public bool BecomeReady(Pod pod)
    {
        if (!IsServed(pod) || pod.Status?.Phase != "Running" || pod.IsReady || pod.Metadata.IsGoing || !Lives(pod))
        {
            return false;
        }
        store.Put(Kinds.Pods, Containers.Running(pod, ready: true, Containers.Restarts(pod)));
        return true;
    }

    /// <summary>Its probe fails, though it runs on.</summary>
    public bool BecomeUnready(Pod pod)
    {
        if (!IsServed(pod) || !pod.IsReady)
        {
            return false;
        }
        store.Put(Kinds.Pods, Containers.Running(pod, ready: false, Containers.Restarts(pod)));
        return true;
    }

    /// <summary>Its process ends by itself, and is started anew where the restart policy says so.</summary>
    public bool Crash(Pod pod, int exitCode = 1)
    {
        if (!IsServed(pod) || !Lives(pod))
        {
            return false;
        }
        Forget(pod);
        if (pod.Spec?.RestartPolicy is "Never" || (pod.Spec?.RestartPolicy == "OnFailure" && exitCode == 0) || pod.Metadata.IsGoing)
        {
            store.Put(Kinds.Pods, Containers.Ended(pod, exitCode));
            return true;
        }
        var restarts = Containers.Restarts(pod) + 1;
        Run(pod, restarts);
        store.Put(Kinds.Pods, Containers.Running(pod, ready: false, restarts));
        return true;
    }

    /// <summary>Ends a pod that is being deleted; it is gone afterwards, unless finalizers hold it.</summary>
    public bool Terminate(Pod pod)
    {
        if (!IsServed(pod) || !pod.Metadata.IsGoing || (pod.Status?.Phase is "Succeeded" or "Failed" && !Lives(pod)
            && pod.Metadata.Finalizers is { Count: > 0 }))
        {
            return false;
        }
        Forget(pod);
        var ended = store.Put(Kinds.Pods, Containers.Ended(pod, exitCode: 0));
        Server.Delete(
            store, Resource.Of(Kinds.Pods), new ObjectName(pod.Metadata.Namespace, pod.Metadata.Name!),
            new Deletion { GracePeriodSeconds = 0, Uid = ended.Metadata.Uid });
        return true;
    }

    /// <summary>The process of a pod that is no more, or is another: its kubelet ends it when it sees that.</summary>
    public bool EndStray(string uid)
    {
        if (store.State.Running.GetValueOrDefault(uid) is not { } stray || store.State.LostNodes.Contains(stray.Node)
            || store.All(Kinds.Pods).Any(pod => pod.Metadata.Uid == uid))
        {
            return false;
        }
        store.State = store.State with { Running = store.State.Running.Remove(uid) };
        return true;
    }

    /// <summary>The kubelet falls silent; its containers run on, and nobody can know.</summary>
    public void Lose(string node) => store.State = store.State with { LostNodes = store.State.LostNodes.Add(node) };

    /// <summary>The machine itself is dead: its containers are too.</summary>
    public void PowerOff(string node)
    {
        Lose(node);
        store.State = store.State with
        {
            Running = store.State.Running.RemoveRange(
                store.State.Running.Where(one => one.Value.Node == node).Select(one => one.Key)),
        };
    }

    public void Return(string node) => store.State = store.State with { LostNodes = store.State.LostNodes.Remove(node) };

    /// <summary>After some 39 s the node's state is unknown and its pods are not ready.</summary>
    public bool NoticeLoss(string name)
    {
        if (!store.State.LostNodes.Contains(name) || store.Find(Kinds.Nodes, null, name) is not { } node || !IsReady(node))
        {
            return false;
        }
        store.Put(Kinds.Nodes, node with
        {
            Spec = (node.Spec ?? new NodeSpec()) with
            {
                Taints = [new Taint { Key = "node.kubernetes.io/unreachable", Effect = "NoExecute" }],
            },
            Status = node.Status! with
            {
                Conditions = [new Condition { Type = "Ready", Status = "Unknown", Reason = "NodeStatusUnknown" }],
            },
        });
        foreach (var pod in On(name).Where(pod => pod.IsReady))
        {
            store.Put(Kinds.Pods, Containers.Unready(pod));
        }
        return true;
    }

    /// <summary>Then its pods are deleted, and stay as nobody ends them.</summary>
    public bool EvictFromLost(string name)
    {
        var pods = On(name).Where(pod => !pod.Metadata.IsGoing).ToList();
        if (store.Find(Kinds.Nodes, null, name) is not { } node || IsReady(node) || pods.Count == 0)
        {
            return false;
        }
        foreach (var pod in pods)
        {
            Server.Delete(
                store, Resource.Of(Kinds.Pods), new ObjectName(pod.Metadata.Namespace, pod.Metadata.Name!), new Deletion());
        }
        return true;
    }

    public static bool IsReady(Node node) => node.Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "True" }) == true;

    private List<Pod> On(string node) => [.. store.All(Kinds.Pods).Where(pod => pod.Spec?.NodeName == node)];

    private bool IsServed(Pod pod) => pod.Spec?.NodeName is { } node && !store.State.LostNodes.Contains(node);

    private bool Lives(Pod pod) => store.State.Running.ContainsKey(pod.Metadata.Uid!);

    private bool CanStart(Pod pod) =>
        IsServed(pod) && pod.Status?.Phase == "Pending" && !pod.Metadata.IsGoing && !Lives(pod);

    private void Forget(Pod pod) =>
        store.State = store.State with { Running = store.State.Running.Remove(pod.Metadata.Uid!) };

    private void Run(Pod pod, int restarts)
    {
        // The file names the moment of its writing: a process that is started again afterwards waits.
        var letIn = Instances.IsLetIn(pod) && restarts == 0;
        var start = new ContainerStart(
            pod.Metadata.Name!, pod.Metadata.Uid!, pod.Spec!.NodeName!, pod.Metadata.Label(Markings.Workload),
            pod.Metadata.Label(Markings.Instance), Instances.OriginOf(pod), letIn, restarts);
        store.State = store.State with
        {
            Starts = store.State.Starts.Add(start),
            Running = store.State.Running.SetItem(start.Uid, new RunningContainer(
                start.Pod, start.Uid, start.Node, start.Workload, start.Instance, start.Origin, start.LetIn, restarts)),
        };
    }
}
