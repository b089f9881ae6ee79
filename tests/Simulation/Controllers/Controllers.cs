using System.Collections.Immutable;

namespace Ms2m.Tests.Simulation;

/// <summary>The control loops of the cluster, driven one step at a time: one hears one piece of news, decides, or makes one
/// call.</summary>
internal sealed class Controllers(Store store)
{
    public static IReadOnlyList<IController> All { get; } =
        [new StatefulSetController(), new ReplicaSetController(), new DeploymentController(), new GarbageCollector()];

    public ControllerMemory Memory(IController who) => store.State.Controllers.GetValueOrDefault(who.Name) ?? new ControllerMemory();

    /// <summary>Whether there is news of that resource that it has not heard.</summary>
    public bool HasNews(IController who, string resource) =>
        Memory(who).View.HeardOf(resource) < (store.State.Changes.GetValueOrDefault(resource)?.Count ?? 0);

    public bool Hear(IController who, string resource)
    {
        if (!HasNews(who, resource))
        {
            return false;
        }
        var memory = Memory(who);
        var view = memory.View.Hear(store.State.Changes[resource][memory.View.HeardOf(resource)]);
        Remember(who, memory with
        {
            View = view,
            Expected = memory.Expected.Except(memory.Expected.Where(one => who.Shows(view, one))),
        });
        return true;
    }

    /// <summary>Hears all that there is.</summary>
    public bool Hear(IController who)
    {
        var heard = false;
        foreach (var resource in who.Watches)
        {
            while (Hear(who, resource))
            {
                heard = true;
            }
        }
        return heard;
    }

    /// <summary>Decides what to do by what it has heard, unless it still has something to do.</summary>
    public bool Decide(IController who)
    {
        var memory = Memory(who);
        if (memory.Planned.Count > 0 || who.Plan(memory) is not { Count: > 0 } planned)
        {
            return false;
        }
        Remember(who, memory with { Planned = planned });
        return true;
    }

    /// <summary>Makes the next of the calls that it has decided on.</summary>
    public bool Act(IController who)
    {
        var memory = Memory(who);
        if (memory.Planned.Count == 0)
        {
            return false;
        }
        var (write, rest) = (memory.Planned[0], memory.Planned.RemoveAt(0));
        var (problem, expects) = write.Do(store);
        Remember(who, memory with
        {
            Planned = problem is not null && write.Ends ? [] : rest,
            Expected = problem is null && expects is { } expected && !who.Shows(memory.View, expected)
                ? memory.Expected.Add(expected)
                : memory.Expected,
        });
        return true;
    }

    /// <summary>The process that runs it is replaced by another, which begins with what there is now.</summary>
    public void Restart(IController who)
    {
        Remember(who, new ControllerMemory());
        Hear(who);
    }

    private void Remember(IController who, ControllerMemory memory) =>
        store.State = store.State with { Controllers = store.State.Controllers.SetItem(who.Name, memory) };
}
