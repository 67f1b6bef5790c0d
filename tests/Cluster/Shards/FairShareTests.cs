using FsCheck;
using FsCheck.Fluent;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Shards;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Tests.Shards;

public class FairShareTests
{
    [Fact]
    public void Nodes_end_up_within_one_of_each_other_whatever_joins_leaves_and_dies() =>
        Properties.Hold(Days, day =>
        {
            var model = new Model();
            foreach (var step in day)
            {
                model.Do(step);
                model.Settle();
                if (model.Nodes.Count > 0 && (model.Free > 0 || model.Counts.Max() - model.Counts.Min() > 1))
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void A_step_moves_no_more_shards_than_it_must() =>
        Properties.Hold(Days, day =>
        {
            var model = new Model();
            foreach (var step in day)
            {
                model.Do(step);
                var must = model.Nodes.Count == 0 ? 0 : model.LeastMoves();
                model.Moves = 0;
                model.Settle();
                if (model.Moves != must)
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void Nobody_claims_more_than_its_share_however_old_its_view() =>
        Properties.Hold(Days, day =>
        {
            var model = new Model();
            foreach (var step in day)
            {
                model.Do(step);
                foreach (var node in model.Nodes)
                {
                    var most = model.Count(node) + FairShare.ToClaim(model.Shards, model.Nodes, node);
                    if (most > Math.Max(model.Count(node), (Model.Total + model.Nodes.Count - 1) / model.Nodes.Count))
                    {
                        return false;
                    }
                }

                model.Settle();
            }

            return true;
        });

    [Fact]
    public void Targets_add_up_to_all_shards() =>
        Properties.Hold(Days, day =>
        {
            var model = new Model();
            foreach (var step in day)
            {
                model.Do(step);
                if (model.Nodes.Count > 0 && FairShare.Targets(model.Shards, model.Nodes).Values.Sum() != Model.Total)
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void Shard_that_is_meant_for_another_is_left_alone()
    {
        var (me, other) = (Id(1), Id(2));
        var shards = Owners(Enumerable.Repeat(new ShardOwner(null, 1, other), Shard.Count));
        Assert.Equal(0, FairShare.ToClaim(shards, [me, other], me));
        Assert.Equal(Shard.Count, FairShare.ToClaim(shards, [me, other], other));
        Assert.Equal(Shard.Count, FairShare.ToClaim(shards, [me], me));
    }

    [Fact]
    public void Shard_that_was_moved_to_a_node_is_taken_above_its_share()
    {
        var (me, other) = (Id(1), Id(2));
        var shards = Owners(Enumerable.Range(0, Shard.Count).Select(no =>
            no == 0 ? new ShardOwner(null, 1, me) : new ShardOwner(no <= 60 ? me : other, 1, null)));
        Assert.Equal(1, FairShare.ToClaim(shards, [me, other], me));
    }

    [Fact]
    public void Surplus_goes_to_who_needs_most()
    {
        var (me, poor, poorer) = (Id(1), Id(2), Id(3));
        var shards = Owners(Enumerable.Range(0, Shard.Count).Select(no => new ShardOwner(no < 70 ? me : no < 100 ? poor : poorer, 1, null)));
        Assert.Equal(30, FairShare.Surplus(shards, [me, poor, poorer], me));
        Assert.Equal(poorer, FairShare.Neediest(shards, [me, poor, poorer], me));
    }

    private static Gen<Step[]> Days =>
        Gen.Choose(-5, 2).SelectMany(what => Gen.Choose(0, 20).Select(which => new Step(Math.Max(0, what), which))).ArrayOf(16);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static ShardOwner[] Owners(IEnumerable<ShardOwner> owners) => [.. owners];

    /// <summary>0: a node joins. 1: one leaves, shard by shard. 2: one dies.</summary>
    public readonly record struct Step(int What, int Which);

    private sealed class Model
    {
        /// <summary>A prime, so that it hardly ever divides evenly.</summary>
        public const int Total = 47;

        private readonly ShardOwner[] _shards = new ShardOwner[Total];
        private int _ids;

        public List<Guid> Nodes { get; } = [];

        public int Moves { get; set; }

        public IReadOnlyList<ShardOwner> Shards => _shards;

        public int Free => _shards.Count(shard => shard.Owner is null);

        public IEnumerable<int> Counts => Nodes.Select(Count);

        public int Count(Guid node) => _shards.Count(shard => shard.Owner == node);

        public void Do(Step step)
        {
            if (step.What == 0 || Nodes.Count == 0)
            {
                Nodes.Add(Id(++_ids * 37 % 101));
                return;
            }

            var gone = Nodes[step.Which % Nodes.Count];
            Nodes.Remove(gone);
            for (var no = 0; no < _shards.Length; no++)
            {
                if (_shards[no].Owner == gone)
                {
                    var to = step.What == 1 && Nodes.Count > 0 ? FairShare.Neediest(_shards, Nodes, gone) : null;
                    _shards[no] = new ShardOwner(null, 0, to);
                }
            }
        }

        /// <summary>Every node claims, then everyone with too much hands one back, until nothing happens any more.</summary>
        public void Settle()
        {
            bool moved;
            do
            {
                moved = false;
                foreach (var node in Nodes)
                {
                    for (var left = FairShare.ToClaim(_shards, Nodes, node); left > 0; left--)
                    {
                        var no = Array.FindIndex(_shards, shard => shard is { Owner: null, Wanted: { } wanted } && wanted == node);
                        no = no >= 0 ? no : Array.FindIndex(_shards, shard => shard.Owner is null && (shard.Wanted is not { } wanted || !Nodes.Contains(wanted)));
                        _shards[no] = new ShardOwner(node, 0, null);
                        Moves++;
                        moved = true;
                    }
                }

                foreach (var node in Nodes.Where(node => FairShare.Surplus(_shards, Nodes, node) > 0).ToList())
                {
                    if (FairShare.Surplus(_shards, Nodes, node) > 0)
                    {
                        var no = Array.FindIndex(_shards, shard => shard.Owner == node);
                        _shards[no] = new ShardOwner(null, 0, FairShare.Neediest(_shards, Nodes, node));
                        moved = true;
                    }
                }
            }
            while (moved);
        }

        /// <summary>What is free has to move, and what some have above the most that a node may have, or others lack of the least.</summary>
        public int LeastMoves()
        {
            var (least, most) = (Total / Nodes.Count, (Total + Nodes.Count - 1) / Nodes.Count);
            var extra = Total % Nodes.Count;
            var counts = Counts.OrderDescending().ToList();
            return counts.Select((count, rank) => Math.Max(0, (extra == 0 || rank < extra ? most : least) - count)).Sum();
        }
    }
}
