using MarketManager.Actors;

namespace MarketManager.Chaos.Tests.Checking;

/// <summary>All that is known of what a cluster did: what it kept, what was seen of it, and what its clients were told.</summary>
internal sealed record History
{
    /// <summary>The journal of exchanges.</summary>
    public IReadOnlyList<Recorded> Events { get; init; } = [];

    /// <summary>The table of runs.</summary>
    public IReadOnlyList<RunRow> Runs { get; init; } = [];

    /// <summary>The table of exchanges.</summary>
    public IReadOnlyList<ExchangeRow> Exchanges { get; init; } = [];

    /// <summary>Each change of an owner or an epoch that was seen, in the order in which they were.</summary>
    public IReadOnlyList<ShardSeen> Shards { get; init; } = [];

    /// <summary>Runs that were seen going on, and for how long.</summary>
    public IReadOnlyList<RunSeen> Running { get; init; } = [];

    /// <summary>What clients asked for and were told.</summary>
    public IReadOnlyList<Operation> Operations { get; init; } = [];

    /// <summary>Whether all schedules are off and all runs had time to end: none may be going on, and nothing may be owed.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>A run must have its outcome within so long.</summary>
    public TimeSpan LongestRun { get; init; } = TimeSpan.MaxValue;

    /// <summary>A run that is due must begin, and have its outcome, within so long.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.MaxValue;

    /// <summary>From which runs the markets are that are shown: exchange and number of the run.</summary>
    public IReadOnlyList<MarketsRow> Markets { get; init; } = [];

    /// <summary>When the cluster was there, by this machine's clock; null where no clock was set.</summary>
    public Span? Lived { get; init; }

    /// <summary>When no node could reach the store, and a little longer.</summary>
    public IReadOnlyList<Span> Excused { get; init; } = [];
}

/// <summary>A stretch of time.</summary>
internal sealed record Span(DateTimeOffset From, DateTimeOffset To);

/// <summary>A row of the table of sets of markets.</summary>
internal sealed record MarketsRow(long Exchange, long RunNumber);

/// <summary>An event in the journal.</summary>
internal sealed record Recorded(long Exchange, long Sequence, DomainEvent Event);

/// <summary>A row of the table of runs.</summary>
internal sealed record RunRow(Guid RunId, long Exchange, long Number, string Trigger, long? Slot, string State, Guid? Recovers);

/// <summary>A row of the table of exchanges.</summary>
internal sealed record ExchangeRow(long Id, string Name, bool Enabled, int Interval, string? Url);

/// <summary>An owner and an epoch, as a look showed them.</summary>
/// <param name="Role">Whose shard.</param>
/// <param name="No">Its number.</param>
/// <param name="Owner">Null: nobody.</param>
/// <param name="Epoch">Only rises.</param>
internal sealed record ShardSeen(string Role, int No, Guid? Owner, long Epoch);

/// <summary>A run that looks showed going on.</summary>
/// <param name="RunId">Which.</param>
/// <param name="Exchange">Whose.</param>
/// <param name="For">From the first look to the last that showed it, without the time in which no node could reach the store.</param>
internal sealed record RunSeen(Guid RunId, long Exchange, TimeSpan For);

/// <summary>What must hold, and does not.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="What">What was found.</param>
internal sealed record Violation(string Rule, string What)
{
    public override string ToString() => $"{Rule}: {What}";
}
