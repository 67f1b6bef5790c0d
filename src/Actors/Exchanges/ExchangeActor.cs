using MarketManager.Actors.Gathering;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;

namespace MarketManager.Actors.Exchanges;

/// <summary>What all exchanges of a node have in common.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="AllowPrivateAddresses">Whether options may name addresses inside private networks.</param>
/// <param name="Journal">Where events go.</param>
/// <param name="Exchanges">The read model; asked for slugs and ids.</param>
/// <param name="Venues">The venues there are.</param>
/// <param name="Feeds">Where gathering children ask.</param>
/// <param name="Waiting">The results that wait for a store that is away.</param>
public sealed record ExchangeSurroundings(
    string Node,
    bool AllowPrivateAddresses,
    IJournal Journal,
    IExchangeReader Exchanges,
    IVenueCatalog Venues,
    ActorRef<MarketFeedMessage> Feeds,
    WaitingResults Waiting)
{
    /// <summary>How often the shard has changed hands; 0 on a node that shares its exchanges with nobody.</summary>
    public long Epoch { get; init; }

    /// <summary>How often a slug that somebody else took meanwhile is replaced by another one.</summary>
    internal const int SlugTries = 8;

    internal static readonly DomainCodec Codec = new();

    internal ExchangeRules Rules => new(Venues.All, AllowPrivateAddresses);
}

/// <summary>
/// One exchange: owns its settings, its interval timer, its run state and what its last run brought. All of it is in the
/// journal; a restart loses only the child of a run, which is then ended as crashed and made up for.
/// </summary>
public sealed class ExchangeActor(long id, Recovered<ExchangeState>? recovered, ExchangeSurroundings around, bool paused)
    : RunningActor<ExchangeState>(
        new PersistenceId(Entity, id), recovered, ExchangeState.Unborn, around.Journal, ExchangeSurroundings.Codec, around.Node, paused, around.Waiting)
{
    /// <summary>The name of the entity in the journal.</summary>
    public const string Entity = "exchange";

    // So many may wait for the end at a time; one more is told at once that it is still to come.
    private const int MostDeletions = 100;

    // A row's fields, and the strings that it does not share with the venue's list of markets.
    private const int BytesOfRow = 256;

    private readonly List<ExchangeCommand.Delete> _deletions = [];

    /// <inheritdoc/>
    protected override RunLife Life => State.Runs;

    /// <inheritdoc/>
    protected override bool Exists => State.Exists;

    /// <inheritdoc/>
    protected override bool IsCeasing => State.Deleting;

    /// <inheritdoc/>
    protected override TimeSpan MaxRun => ExchangeOptions.MaxRunFor(Options, TimeSpan.FromSeconds(State.Settings.Interval));

    // Parsed when needed, because ten thousand parsed trees would weigh more than all else.
    private ExchangeOptions Options => ExchangeOptions.Parse(State.Settings.Options, allowPrivateAddresses: true).Options
        ?? throw new InvalidOperationException($"the options of exchange {Id.Id} in the journal cannot be read");

    /// <inheritdoc/>
    protected override ExchangeState Apply(ExchangeState state, DomainEvent e) => state.Apply(e);

    /// <inheritdoc/>
    protected override object RowOf(ExchangeState state, long sequence) => new ExchangeUpdated(ViewOf(state, sequence));

    /// <inheritdoc/>
    protected override ActorRef SpawnChild(RunInFlight run, RunReport report)
    {
        var interval = TimeSpan.FromSeconds(State.Settings.Interval);
        var tolerance = run.Trigger is RunTrigger.Demand ? TimeSpan.Zero : Min(TimeSpan.FromSeconds(1), interval / 2);
        var order = new GatherOrder(
            run.RunId, new MarketFeedKey(State.Venue, Options.FeedText), run.Due - tolerance, run.Started + run.MaxRun);
        var self = Context.Self;
        return Context.Spawn(
            $"run-{run.Number}",
            () => new GatherActor(order, report, self, around.Feeds),
            new SpawnOptions { Supervision = GatherActor.Supervision(report) });
    }

    /// <inheritdoc/>
    protected override RunYield YieldOf(RunInFlight run, RunState outcome, object? result, DateTimeOffset at) => outcome switch
    {
        RunState.Succeeded when result is MarketGathering gathering => new RunYield(
            new RunTally(gathering.Markets, gathering.Tickers),
            [new ExchangeEvent.Gathered(gathering.VolumeUsd, gathering.TopPair, gathering.TopPairVolume, at)],
            [new MarketsReplaced(Id.Id, run.Number, at, gathering.Rows)]),
        _ => RunYield.Nothing,
    };

    /// <inheritdoc/>
    protected override long BytesOf(object result) => BytesOfRow * (long)((MarketGathering)result).Rows.Count;

    /// <inheritdoc/>
    protected override RunYield YieldOfEnd(DateTimeOffset at) => new(null, ExchangeDecisions.End(State, at), [new ExchangeRemoved(Id.Id)]);

    /// <inheritdoc/>
    protected override ValueTask OnEntityMessage(EntityMessage message) => message switch
    {
        ExchangeQuery.GetExchange x => OnGet(x),
        ExchangeCommand.Create x => OnCreate(x),
        ExchangeCommand.Change x => OnChange(x),
        ExchangeCommand.Delete x => OnDelete(x),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "an exchange does not take this message"),
    };

    private ValueTask OnGet(ExchangeQuery.GetExchange query)
    {
        query.Reply.Send(Exists ? View() : Rejections.NoExchange(Id.Id));
        return default;
    }

    private async ValueTask OnCreate(ExchangeCommand.Create command)
    {
        if (Exists)
        {
            command.Reply.Send(new Rejection(RejectionKind.Conflict, $"exchange {Id.Id} exists already"));
            return;
        }

        if (await Create(command) is { } why)
        {
            command.Reply.Send(why);
            if (why.Kind is not RejectionKind.OutcomeUnknown)
            {
                Context.StopSelf();
            }

            return;
        }

        command.Reply.Send(View());
        await Arm();
    }

    private async ValueTask<Rejection?> Create(ExchangeCommand.Create command)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var taken = await around.Exchanges.SlugsLike(ExchangeNames.Slug(command.Draft.Name), Context.Stopping);
                var decision = ExchangeDecisions.Create(Id.Id, command.Draft, taken, around.Rules, Now);
                if (decision.Why is { } why)
                {
                    return why;
                }

                await Persist(
                    decision.Events,
                    (state, sequence) => [new ExchangeInserted(ViewOf(state, sequence)), .. Kept(command.Key, state, sequence)],
                    guarded: true);
                return null;
            }
            catch (RowConflictException e) when (e.Rule == "exchange_slug" && tries < ExchangeSurroundings.SlugTries)
            {
                // Somebody took the slug meanwhile; the next look finds it taken.
            }
            catch (RowConflictException e) when (e.Rule == "exchange_name")
            {
                return NameTaken(command.Draft.Name);
            }
            catch (StoreException e) when (e is not JournalConflictException)
            {
                return Rejections.Of(e);
            }
        }
    }

    private async ValueTask OnChange(ExchangeCommand.Change command)
    {
        if (!Exists)
        {
            command.Reply.Send(Rejections.NoExchange(Id.Id));
            return;
        }

        var decision = ExchangeDecisions.Change(State, command.Changes, command.ExpectedVersion, around.Rules, Now);
        if (decision.Why is { } why)
        {
            command.Reply.Send(why);
            return;
        }

        try
        {
            if (decision.Events.Count > 0 || command.Key is not null)
            {
                await Persist(
                    decision.Events, (state, sequence) => [RowOf(state, sequence), .. Kept(command.Key, state, sequence)], guarded: true);
            }
        }
        catch (RowConflictException e) when (e.Rule == "exchange_name")
        {
            command.Reply.Send(NameTaken(command.Changes.Name.Value!));
            return;
        }
        catch (StoreException e) when (e is not JournalConflictException)
        {
            command.Reply.Send(Rejections.Of(e));
            return;
        }

        command.Reply.Send(View());
        await Arm();
    }

    // Nothing is ended before the decision is durable; from then on nothing but the end can follow, so all callers wait for it.
    private async ValueTask OnDelete(ExchangeCommand.Delete command)
    {
        if (!Exists)
        {
            command.Reply.Send(Rejections.NoExchange(Id.Id));
            return;
        }

        var decision = ExchangeDecisions.Delete(State, command.ExpectedVersion, Now);
        if (decision.Why is { } why)
        {
            command.Reply.Send(why);
            return;
        }

        if (decision.Events.Count > 0)
        {
            try
            {
                await Persist(
                    decision.Events,
                    (state, sequence) =>
                        [state.Exists ? RowOf(state, sequence) : new ExchangeRemoved(Id.Id), .. Kept(command.Key, state, sequence)]);
            }
            catch (StoreException e) when (e is not JournalConflictException)
            {
                command.Reply.Send(Rejections.Of(e));
                return;
            }
        }

        AwaitEnd(command);
        if (!Exists)
        {
            Context.StopSelf();
        }
        else if (decision.Events.Count > 0)
        {
            await Cease();
        }
    }

    private void AwaitEnd(ExchangeCommand.Delete command)
    {
        if (_deletions.Count == MostDeletions)
        {
            _deletions.RemoveAll(waiting => waiting.Reply.IsSettled); // gone, or out of patience
        }

        if (_deletions.Count < MostDeletions)
        {
            _deletions.Add(command);
        }
        else
        {
            command.Reply.Send(Rejections.NotGoneYet(Entity, Id.Id));
        }
    }

    /// <inheritdoc/>
    protected override ValueTask OnStop()
    {
        foreach (var deletion in _deletions)
        {
            deletion.Reply.Send(State.Deleted ? View() : Rejections.NotGoneYet(Entity, Id.Id));
        }

        return base.OnStop();
    }

    private IEnumerable<object> Kept(IdempotencyKey? key, ExchangeState state, long sequence) =>
        key is null ? [] : [KeptAnswer.Of(key, ViewOf(state, sequence), Now)];

    private ExchangeView View() => ViewOf(State, Sequence);

    private ExchangeView ViewOf(ExchangeState state, long sequence) => state.View(sequence + around.Epoch, Attempt, Node, Now);

    private static Rejection NameTaken(string name)
    {
        var message = $"there is an exchange named '{name}' already (names are compared without regard to case); choose another name";
        return new(RejectionKind.Conflict, message, new Dictionary<string, IReadOnlyList<string>> { ["name"] = [message] });
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
