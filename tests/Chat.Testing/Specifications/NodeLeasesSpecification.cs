using Chat.Abstractions;

namespace Chat.Testing;

/// <summary>What <see cref="INodeLeases"/> promises. Asks for a store of its own.</summary>
public abstract class NodeLeasesSpecification : StoreSpecification
{
    private const int Nodes = 1024;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task No_two_live_leases_share_a_node()
    {
        var leases = await Task.WhenAll(Enumerable.Range(0, Nodes + 10).Select(_ => Task.Run(() => Store.Leases.AcquireAsync(Start, Duration))));

        leases.OfType<NodeLease>().Select(l => l.Node).Order().ShouldBe(Enumerable.Range(0, Nodes));
        leases.Count(l => l is null).ShouldBe(10);
    }

    [Fact]
    public async Task An_expired_lease_is_lost_to_the_next_holder()
    {
        var first = await TakeAllAsync();
        var expired = Start + Duration;

        var second = (await Store.Leases.AcquireAsync(expired, Duration)).ShouldNotBeNull();

        var before = first.Single(l => l.Node == second.Node);
        second.FencingToken.ShouldBeGreaterThan(before.FencingToken);
        (await Store.Leases.RenewAsync(before, expired, Duration)).ShouldBeNull();
        await Store.Leases.ReleaseAsync(before);
        (await Store.Leases.RenewAsync(second, expired, Duration)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_renewed_lease_is_nobody_elses()
    {
        var leases = await TakeAllAsync();
        var later = Start.AddSeconds(20);
        foreach (var lease in leases)
        {
            (await Store.Leases.RenewAsync(lease, later, Duration)).ShouldBe(lease with { ExpiresAt = later + Duration });
        }

        (await Store.Leases.AcquireAsync(Start + Duration, Duration)).ShouldBeNull();
        (await Store.Leases.AcquireAsync(later + Duration, Duration)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_released_lease_is_free_and_no_longer_held()
    {
        var leases = await TakeAllAsync();

        await Store.Leases.ReleaseAsync(leases[7]);
        (await Store.Leases.RenewAsync(leases[7], Start, Duration)).ShouldBeNull();
        var next = (await Store.Leases.AcquireAsync(Start, Duration)).ShouldNotBeNull();

        next.Node.ShouldBe(leases[7].Node);
        next.FencingToken.ShouldBeGreaterThan(leases[7].FencingToken);
        (await Store.Leases.AcquireAsync(Start, Duration)).ShouldBeNull();
    }

    [Fact]
    public async Task The_node_that_rested_longest_is_given_out()
    {
        var first = (await Store.Leases.AcquireAsync(Start, Duration))!;
        await Store.Leases.ReleaseAsync(first);

        (await Store.Leases.AcquireAsync(Start, Duration))!.Node.ShouldNotBe(first.Node);
    }

    private async Task<List<NodeLease>> TakeAllAsync()
    {
        var leases = new List<NodeLease>();
        while (leases.Count < Nodes)
        {
            leases.Add((await Store.Leases.AcquireAsync(Start, Duration)).ShouldNotBeNull());
        }

        return leases;
    }
}
