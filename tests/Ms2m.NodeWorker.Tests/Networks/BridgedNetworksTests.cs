using System.Net.NetworkInformation;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Networks;

/// <summary>Real namespaces on the bridges of the lab's nodes. This process stands on the same network.</summary>
public sealed class BridgedNetworksTests : IAsyncLifetime
{
    private static readonly WorkloadAddress Address = LabNode.Address(40);

    private readonly LabNode _a = LabNode.Get();
    private readonly LabNode _b = LabNode.Get("node-b");
    private readonly string _instance = $"t-{Guid.NewGuid():N}"[..20];
    private readonly BridgedNetworks _onA;
    private readonly BridgedNetworks _onB;

    public BridgedNetworksTests() => (_onA, _onB) = (_a.Networks(), _b.Networks());

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _onA.RemoveAsync(_instance, default);
        await _onB.RemoveAsync(_instance, default);
    }

    [Fact]
    public async Task a_prepared_network_is_deaf_until_it_is_attached_and_again_when_it_is_detached()
    {
        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));
        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));
        Assert.False(await AnswersAsync());
        Assert.Null((await _onB.WhoAnswersAsync(Address, default)).Value);

        await WorksAsync(_onA.AttachAsync(_instance, default));
        await WorksAsync(_onA.AttachAsync(_instance, default));
        Assert.True(await AnswersAsync());
        Assert.Equal(Address.HardwareAddress, (await _onB.WhoAnswersAsync(Address, default)).Value);

        await WorksAsync(_onA.DetachAsync(_instance, default));
        await WorksAsync(_onA.DetachAsync(_instance, default));
        Assert.False(await AnswersAsync());
        Assert.Null((await _onB.WhoAnswersAsync(Address, default)).Value);
    }

    [Fact]
    public async Task a_network_that_is_cut_off_has_nothing_to_say_either()
    {
        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));

        var node = (await _a.SayAsync("hostname", "--all-ip-addresses")).Split(' ')[0];
        await Assert.ThrowsAsync<InvalidOperationException>(() => _a.SayAsync(
            "ip", "netns", "exec", NetworkNames.Namespace(_instance), "ping", "-c1", "-W1", node));
    }

    [Fact]
    public async Task an_address_that_moves_is_reached_at_once_by_who_knew_it_elsewhere()
    {
        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));
        await WorksAsync(_onA.AttachAsync(_instance, default));
        await WorksAsync(_onB.PrepareAsync(_instance, Address, default));
        Assert.True(await AnswersAsync());

        await WorksAsync(_onA.DetachAsync(_instance, default));
        await WorksAsync(_onB.AttachAsync(_instance, default));
        Assert.True(await AnswersAsync());

        await WorksAsync(_onB.DetachAsync(_instance, default));
        await WorksAsync(_onA.AttachAsync(_instance, default));
        Assert.True(await AnswersAsync());
    }

    [Fact]
    public async Task it_leads_out_of_its_network_where_the_node_does()
    {
        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));
        await WorksAsync(_onA.AttachAsync(_instance, default));

        var own = await _a.SayAsync("ip", "-n", NetworkNames.Namespace(_instance), "route", "show", "default");
        var nodes = await _a.SayAsync("ip", "route", "show", "default");
        Assert.Equal(nodes.Split(' ')[2], own.Split(' ')[2]);
        Assert.Empty(await _a.SayAsync("ip", "-6", "-n", NetworkNames.Namespace(_instance), "address"));
    }

    [Fact]
    public async Task a_removed_network_leaves_nothing_and_may_be_removed_again()
    {
        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));
        Assert.Contains(_instance, _onA.Instances());

        await WorksAsync(_onA.RemoveAsync(_instance, default));
        await WorksAsync(_onA.RemoveAsync(_instance, default));

        Assert.DoesNotContain(_instance, _onA.Instances());
        Assert.DoesNotContain(NetworkNames.Wire(_instance), await _a.SayAsync("ip", "-brief", "link"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ip link delete dev $1")]
    [InlineData("ip netns delete $2")]
    [InlineData("ip link set dev $1 alias other")]
    public async Task a_network_that_is_only_half_there_is_made_anew(string damage)
    {
        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));
        await _a.SayAsync("sh", "-c", damage, "sh", NetworkNames.Wire(_instance), NetworkNames.Namespace(_instance));

        await WorksAsync(_onA.PrepareAsync(_instance, Address, default));
        await WorksAsync(_onA.AttachAsync(_instance, default));

        Assert.True(await AnswersAsync());
    }

    [Theory]
    [InlineData(null, "MS2M-2601")]
    [InlineData("nobridge", "MS2M-2603")]
    [InlineData("eth0", "MS2M-2603")]
    public async Task a_node_without_a_bridge_says_so(string? bridge, string code)
    {
        Assert.Equal(code, (await _a.Networks(bridge).PrepareAsync(_instance, Address, default)).Trouble?.Reason.Code);
        Assert.DoesNotContain(_instance, _onA.Instances());
    }

    private static async Task WorksAsync(Task<Outcome<Done>> doing) => Assert.Null((await doing).Trouble);

    private static async Task<bool> AnswersAsync()
    {
        using var ping = new Ping();
        return (await ping.SendPingAsync(Address.Ip!, TimeSpan.FromMilliseconds(300))).Status == IPStatus.Success;
    }
}
