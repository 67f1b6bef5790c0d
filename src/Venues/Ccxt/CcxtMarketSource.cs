using System.Text.Json;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Ccxt;

/// <summary>Gathers through ccxt, in the worker where the feed lives.</summary>
internal sealed class CcxtMarketSource(CcxtWorkerPool pool, VenueBudgets budgets, VenueMeter meter, Func<Uri?> simulator) : IMarketSource
{
    /// <inheritdoc/>
    public async Task<VenueMarkets> Gather(MarketFeedKey feed, CancellationToken cancellationToken)
    {
        var outcome = ErrorKinds.Internal;
        try
        {
            var answer = await Ask(new FeedSpec(feed, SimulatorVenue.OriginOf(feed.Venue, simulator)), cancellationToken);
            outcome = "succeeded";
            meter.Rejected(feed.Venue, answer.Rejected);
            return new VenueMarkets(answer.Markets.List, answer.Tickers, answer.Rejected);
        }
        catch (VenueException error)
        {
            outcome = error.Kind;
            throw;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            meter.Gathered(feed.Venue, outcome);
        }
    }

    private async Task<GatherAnswer> Ask(FeedSpec spec, CancellationToken cancellationToken)
    {
        var feed = pool.Feed(spec);
        var process = await feed.Worker.Process(cancellationToken);
        var held = feed.Markets;
        var answer = await process.Call(
            "gather",
            writer => Write(writer, spec, held.Version),
            json => GatherAnswer.Read(json, held),
            budgets.Of(FeedBudget.KeyOf(spec)),
            cancellationToken);
        feed.Markets = answer.Markets;
        return answer;
    }

    private static void Write(Utf8JsonWriter writer, FeedSpec spec, string version)
    {
        writer.WriteString("feed", $"{spec.Key.Venue} {spec.Origin} {spec.Key.Options}");
        writer.WriteString("class", SimulatorVenue.ClassOf(spec.Key.Venue));
        writer.WritePropertyName("options");
        writer.WriteRawValue(spec.Key.Options);
        if (spec.Origin is not null)
        {
            writer.WriteString("origin", spec.Origin);
        }

        writer.WriteString("version", version);
    }
}
