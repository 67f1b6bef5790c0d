using MarketManager.Kernel;
using MarketManager.TestKit;

namespace MarketManager.Simulation.Tests;

/// <summary>A journal that takes its time, so that others come in between, and fails in every way that a store can.</summary>
internal sealed class FaultyJournal(TestJournal journal, Weather weather, TimeProvider time) : IJournal
{
    public async ValueTask Append(JournalWrite write, CancellationToken cancellationToken = default)
    {
        await Dawdle();
        if (weather.Strikes(0.06))
        {
            journal.FailNext(weather.Pick(
                JournalFault.Full, JournalFault.Unavailable, JournalFault.UnknownButCommitted, JournalFault.UnknownNotCommitted));
        }

        try
        {
            await journal.Append(write, cancellationToken);
        }
        finally
        {
            await Dawdle(); // a process may die between a commit and its answer
        }
    }

    public async ValueTask Replay(
        string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken = default)
    {
        await FailOrDawdle();
        await journal.Replay(entity, shards, replay, cancellationToken);
    }

    public async ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken = default)
    {
        await FailOrDawdle();
        await journal.Replay(actor, replay, cancellationToken);
    }

    private async Task FailOrDawdle()
    {
        await Dawdle();
        if (weather.Strikes(0.1))
        {
            throw new StoreUnavailableException("the store of the simulation cannot be read");
        }
    }

    private async Task Dawdle()
    {
        for (var i = weather.Pick(3); i > 0; i--)
        {
            await Task.Yield();
        }

        if (weather.Strikes(0.02))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(weather.Pick(3000)), time);
        }
    }
}
