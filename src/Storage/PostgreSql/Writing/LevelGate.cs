using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Reading;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>Keeps what a node of an older version could not read out of the journal for as long as one lives.</summary>
/// <remarks>
/// The cluster's level only rises, and whoever is below it is refused as a member: what was allowed once stays so, and is not
/// asked for again. After a new session it is: the server may be another one now, which does not know of the rise.
/// </remarks>
internal sealed class LevelGate(ReaderSource readers)
{
    // What the first version knew, everybody knows.
    private const int First = 1;

    private volatile int _level = First;

    /// <summary>Whether the write is known to be allowed; where not, <see cref="Pass"/> asks.</summary>
    public bool LetsThrough(JournalWrite write) => TooNew(write, _level) is null;

    /// <summary>Completes where the write is allowed.</summary>
    /// <exception cref="EventTooNewException">A node lives that could not read it.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be asked now.</exception>
    public async ValueTask Pass(JournalWrite write, CancellationToken cancellationToken)
    {
        if (LetsThrough(write))
        {
            return;
        }

        var level = (await readers.Read("SELECT level FROM mm.cluster", null, row => row.Int(), cancellationToken))[0];
        _level = level;
        if (TooNew(write, level) is { } e)
        {
            throw new EventTooNewException(e.Kind, e.Level, level);
        }
    }

    /// <summary>What was learned may not hold any more.</summary>
    public void Forget() => _level = First;

    private static JournalEvent? TooNew(JournalWrite write, int level)
    {
        for (var i = 0; i < write.Events.Count; i++)
        {
            if (write.Events[i].Level > level)
            {
                return write.Events[i];
            }
        }

        return null;
    }
}
