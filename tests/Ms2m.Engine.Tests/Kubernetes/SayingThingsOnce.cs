using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Engine.Kubernetes;
using Ms2m.Engine.Kubernetes.Operating;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.Engine.Tests.Kubernetes;

public sealed class SayingThingsOnce
{
    private readonly SimulatedCluster _cluster = new();

    [Fact]
    public async Task the_same_thing_is_one_event_whoever_says_it_and_how_often()
    {
        var about = ClusterEvents.About(Kinds.Migrations, Asked.For());
        var time = new ManualTime(Asked.Now);
        ClusterEvents[] engines = [Events(time), Events(time)];

        foreach (var engine in engines)
        {
            await engine.SayAsync(about, new Saying("Checkpointing", "Checkpointing took 420 ms."), CancellationToken.None);
            await engine.SayAsync(about, new Saying("Checkpointing", "Checkpointing took 420 ms."), CancellationToken.None);
        }

        var said = Assert.Single(_cluster.All(Kinds.Events));
        Assert.Equal(("Checkpointing", "Normal", 1, "shop"), (said.Reason, said.Type, said.Count, said.Metadata.Namespace));
        Assert.Equal(("StatefulMigration", "move"), (said.InvolvedObject!.Kind, said.InvolvedObject.Name));
        // Not asked again and again: the server was asked once by each.
        Assert.Equal(2, _cluster.Calls.Count);
        await engines[0].SayAsync(about, new Saying("Checkpointing", "Checkpointing took 5 ms."), CancellationToken.None);
        Assert.Equal(2, _cluster.All(Kinds.Events).Count);
    }

    [Fact]
    public async Task what_is_said_of_a_node_is_where_events_of_nodes_are()
    {
        await Events(new ManualTime(Asked.Now)).SayAsync(
            ClusterEvents.About(Kinds.Nodes, Asked.Node("node1")), new Saying("DrainGivenUp", "No.", IsWarning: true), CancellationToken.None);

        var said = Assert.Single(_cluster.All(Kinds.Events));
        Assert.Equal(("default", "Warning", null), (said.Metadata.Namespace, said.Type, said.InvolvedObject!.Namespace));
    }

    [Fact]
    public void a_long_name_makes_a_name_that_the_server_takes()
    {
        var about = new ObjectReference { Name = new string('a', 199) + "-" + new string('b', 53), Uid = "x" };

        Assert.Matches(@"^a{199}\.[0-9a-f]{16}$", ClusterEvents.NameOf(about, new Saying("X", "y")));
    }

    [Fact]
    public async Task a_key_is_in_one_hand_at_a_time_and_looked_at_again_if_it_was_asked_for_meanwhile()
    {
        var queue = new KeyedQueue<string>();
        queue.Add("a");
        queue.Add("a");
        Assert.Equal("a", await queue.TakeAsync(CancellationToken.None));
        queue.Add("a");
        queue.Add("b");
        Assert.Equal("b", await queue.TakeAsync(CancellationToken.None));

        var next = queue.TakeAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);
        queue.Done("a");
        Assert.Equal("a", await next);
        queue.Done("a");
        queue.Done("b");
        Assert.False(queue.TakeAsync(CancellationToken.None).IsCompleted);
    }

    private ClusterEvents Events(TimeProvider time) => new(_cluster, time, NullLogger<ClusterEvents>.Instance);
}
