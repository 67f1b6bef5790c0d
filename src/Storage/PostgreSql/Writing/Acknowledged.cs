using System.Runtime.InteropServices;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>An event by what can be known of it without keeping it.</summary>
/// <param name="Sequence">Its number within its actor.</param>
/// <param name="Digest">Of all else; good within one process.</param>
internal readonly record struct LastEvent(long Sequence, int Digest)
{
    /// <param name="sequence">The event's number within its actor.</param>
    /// <param name="kind">Its stable name.</param>
    /// <param name="version">Of the payload's form.</param>
    /// <param name="at">As it is stored.</param>
    /// <param name="data">The payload.</param>
    public static LastEvent Of(long sequence, string kind, int version, long at, ReadOnlySpan<byte> data)
    {
        var digest = default(HashCode);
        digest.Add(kind);
        digest.Add(version);
        digest.Add(at);
        digest.AddBytes(data);
        return new LastEvent(sequence, digest.ToHashCode());
    }
}

/// <summary>
/// The last event of each actor that this process has acknowledged: a server that is put in the place of another one, and lacks
/// it, has lost what somebody relies on.
/// </summary>
/// <remarks>
/// Some 60 bytes an actor. What was not written to for a day or two is forgotten, and with it what was deleted or is looked after
/// by other nodes: a standby that lags for longer is not looked into that far.
/// </remarks>
/// <param name="servers">Of which only what the current one acknowledges counts.</param>
/// <param name="time">For the day.</param>
internal sealed class Acknowledged(PostgresServers servers, TimeProvider time)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private Dictionary<PersistenceId, LastEvent> _today = [];
    private Dictionary<PersistenceId, LastEvent> _earlier = [];
    private long _since = time.GetTimestamp();

    /// <summary>Remembers what is about to be acknowledged.</summary>
    /// <param name="server">At which it was committed; see <see cref="PostgresServers.IsCurrent"/>.</param>
    /// <param name="jobs">What was committed.</param>
    /// <returns>False where another server is in its place by now: what counts is what that one has.</returns>
    public bool Add(int server, IReadOnlyList<AppendJob> jobs)
    {
        foreach (var job in jobs)
        {
            job.Last ??= LastOf(job.Write);
        }

        lock (_gate)
        {
            if (!servers.IsCurrent(server))
            {
                return false;
            }

            if (time.GetElapsedTime(_since) >= Day)
            {
                (_earlier, _today, _since) = (_today, [], time.GetTimestamp());
            }

            foreach (var job in jobs)
            {
                if (job.Last is { } last)
                {
                    Add(job.Write.Actor, last);
                }
            }

            return true;
        }
    }

    /// <summary>Gives all away: what the server that was replaced has acknowledged.</summary>
    public IReadOnlyDictionary<PersistenceId, LastEvent> Take()
    {
        lock (_gate)
        {
            var taken = _today;
            foreach (var (actor, last) in _earlier)
            {
                taken.TryAdd(actor, last);
            }

            (_today, _earlier) = ([], []);
            return taken;
        }
    }

    private void Add(PersistenceId actor, LastEvent last)
    {
        // An actor's writes may be answered on several lanes; the last one counts.
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_today, actor, out _);
        if (last.Sequence > known.Sequence)
        {
            known = last;
        }
    }

    private static LastEvent? LastOf(JournalWrite write)
    {
        if (write.Events.Count == 0)
        {
            return null;
        }

        var last = write.Events[^1];
        return LastEvent.Of(write.FirstSequence + write.Events.Count - 1, last.Kind, last.Version, EventTime.ToStored(last.At), last.Data.Span);
    }
}
