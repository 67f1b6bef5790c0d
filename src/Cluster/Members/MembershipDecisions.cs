using System.Collections.Immutable;

namespace MarketManager.Cluster.Members;

/// <summary>Why a node is declared dead.</summary>
public enum DeathReason
{
    /// <summary>It has no session at the store, and nobody listens at its address: the process has ended.</summary>
    Gone,

    /// <summary>It had no session at the store for a while.</summary>
    Absent,

    /// <summary>It gave no sign of life for a lease: it hangs.</summary>
    Silent,
}

/// <summary>What a watcher knows of one member. Instants are the watcher's own, monotonic.</summary>
/// <param name="Beat">The counter as it was last seen.</param>
/// <param name="BeatSince">When that value was first seen.</param>
/// <param name="WasPresent">Whether its presence was seen through the session that is in use.</param>
/// <param name="AbsentSince">When its absence was first seen; null while it is present.</param>
/// <param name="Lease">How long it may give no sign of life.</param>
public readonly record struct Sighting(long Beat, TimeSpan BeatSince, bool WasPresent, TimeSpan? AbsentSince, TimeSpan Lease);

/// <summary>What a watcher saw of all members through one session.</summary>
/// <param name="Session">Through which; what was seen through another counts for nothing.</param>
/// <param name="At">When it last looked.</param>
/// <param name="Members">Each that lives.</param>
public sealed record Watch(long Session, TimeSpan At, ImmutableDictionary<Guid, Sighting> Members)
{
    /// <summary>Nothing was seen yet.</summary>
    public static Watch Nothing { get; } = new(0, TimeSpan.Zero, ImmutableDictionary<Guid, Sighting>.Empty);
}

/// <summary>A member to be declared dead, and the sign of life on which that rests.</summary>
public readonly record struct Verdict(Guid Node, long Beat, DeathReason Reason);

/// <summary>
/// Who is dead, judged by one watcher from what it saw, with its own monotonic clock. A wrong guess costs a hand-over, never
/// a second writer.
/// </summary>
public static class MembershipDecisions
{
    /// <summary>Takes in one look.</summary>
    /// <param name="watch">What was seen before.</param>
    /// <param name="sight">What is seen now.</param>
    /// <param name="session">Through which session.</param>
    /// <param name="now">When the look was over.</param>
    /// <param name="options">The longest gap, and the lease of a member that does not name its own.</param>
    public static Watch See(Watch watch, ClusterSight sight, long session, TimeSpan now, ClusterOptions options)
    {
        var unbroken = session == watch.Session;
        var attentive = unbroken && now - watch.At <= options.LongestGap;
        var members = ImmutableDictionary.CreateBuilder<Guid, Sighting>();
        foreach (var member in sight.View.Members)
        {
            var id = member.Incarnation;
            var known = watch.Members.TryGetValue(id, out var before);
            var beat = sight.Beats[id];
            var present = sight.Present.Contains(id);
            members[id] = new Sighting(
                beat,
                known && attentive && before.Beat == beat ? before.BeatSince : now,
                present || (known && unbroken && before.WasPresent),
                present ? null : known && attentive ? before.AbsentSince ?? now : now,
                member.Lease ?? options.Lease);
        }

        return new Watch(session, now, members.ToImmutable());
    }

    /// <summary>Whom to declare dead.</summary>
    /// <param name="watch">What was seen.</param>
    /// <param name="me">The watcher, who never judges itself.</param>
    /// <param name="asked">When the last look was begun: what it showed is at least so old.</param>
    /// <param name="refuses">Whether nobody listens at the address of an absent member.</param>
    /// <param name="successorOf">
    /// An earlier life of this very node, whose absence counts though its presence was never seen; null: none.
    /// </param>
    /// <param name="options">The grace.</param>
    public static IEnumerable<Verdict> Judge(
        Watch watch, Guid me, TimeSpan asked, Func<Guid, bool> refuses, Guid? successorOf, ClusterOptions options)
    {
        foreach (var (id, seen) in watch.Members)
        {
            if (id == me)
            {
                continue;
            }

            DeathReason? reason = seen switch
            {
                { AbsentSince: not null, WasPresent: true } when refuses(id) => DeathReason.Gone,
                { AbsentSince: { } since, WasPresent: true } when asked - since >= options.AbsenceGrace => DeathReason.Absent,
                { AbsentSince: { } since } when id == successorOf && asked - since >= options.AbsenceGrace => DeathReason.Absent,
                _ when asked - seen.BeatSince >= seen.Lease => DeathReason.Silent,
                _ => null,
            };
            if (reason is { } why)
            {
                yield return new Verdict(id, seen.Beat, why);
            }
        }
    }

    /// <summary>Whose addresses are worth knocking at: those whose presence was seen to end.</summary>
    public static IEnumerable<Guid> Doubted(Watch watch, Guid me) =>
        from member in watch.Members
        where member.Key != me && member.Value is { WasPresent: true, AbsentSince: not null }
        select member.Key;
}
