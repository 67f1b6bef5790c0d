using MarketManager.Actors.Exchanges;
using MarketManager.Cluster.Exchanges;
using MarketManager.Kernel;
using MarketManager.TestKit.Cluster;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>Sees each commit at its instant and knows who owns what in truth, whatever the writers believe and the fence lets through.</summary>
internal sealed class Witness(FakeCluster cluster)
{
    private readonly Dictionary<(int Shard, long Epoch), Guid> _writers = [];

    /// <summary>What must not have happened, and did.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>How many writes were committed by somebody who was frozen or dead by then.</summary>
    public int LateCommits { get; set; }

    public void Committed(JournalWrite write, Guid writer)
    {
        if (write.Actor.Entity != ExchangeActor.Entity)
        {
            return;
        }

        if (write.Fence is not { Role: ExchangeShards.Role } fence)
        {
            Violations.Add($"{write.Actor} was written without a fence");
            return;
        }

        if (fence.Shard != Shard.Of(write.Actor.Id))
        {
            Violations.Add($"{write.Actor} was written under the fence {fence} of another shard");
        }

        var owner = cluster[ExchangeShards.Role][fence.Shard];
        if (owner.Owner != writer || owner.Epoch != fence.Epoch)
        {
            Violations.Add($"{write.Actor} was written under {fence} by {writer}, when {owner} was its owner");
        }

        if (_writers.TryGetValue((fence.Shard, fence.Epoch), out var other) && other != writer)
        {
            Violations.Add($"{fence} had two writers, {other} and {writer}");
        }

        _writers[(fence.Shard, fence.Epoch)] = writer;
    }

    /// <summary>Epochs only rise, and rise with every change of hands.</summary>
    public void CheckHistory()
    {
        var epochs = new Dictionary<(string, int), long>();
        foreach (var (at, role, shard, owner) in cluster.History)
        {
            if (epochs.TryGetValue((role, shard), out var before) && owner.Epoch <= before)
            {
                Violations.Add($"at {at:O} shard {role}/{shard} went from epoch {before} to {owner.Epoch}");
            }

            epochs[(role, shard)] = owner.Epoch;
        }
    }
}
