using System.Text;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;

namespace MarketManager.Storage.Tests.Contract;

/// <summary>Things to store.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static PersistenceId Actor(long id) => new("exchange", id);

    public static JournalEvent Event(string data = "{}", string kind = "changed", DateTimeOffset? at = null) =>
        new(kind, 1, at ?? Noon, Encoding.UTF8.GetBytes(data));

    public static JournalWrite Append(long actor, long first, params string[] data) =>
        new(Actor(actor), first, [.. data.Select(text => Event(text))], []);

    /// <summary>A UUIDv7 of that second after noon.</summary>
    public static Guid RunId(int second) => new World(TimeProvider.System, new Random(second)).NewId(Noon.AddSeconds(second));

    public static ExchangeView Exchange(long id, string? name = null) => new(
        Id: id,
        Tenant: "default",
        Name: name ?? $"Exchange {id}",
        Slug: $"exchange-{id}",
        Venue: "sim",
        Enabled: true,
        Interval: 60,
        Logo: null,
        Url: null,
        ApiUrl: null,
        Options: "{}",
        Volume: null,
        TopPair: null,
        TopPairVolume: null,
        Created: Noon,
        Updated: Noon,
        LastUpdate: null,
        HasCredentials: false,
        Status: new ExchangeStatus(ExchangeCondition.Idle, null, null, null, null, null, 0, null, "node-1"),
        Version: 1,
        Revision: 1);

    /// <summary>An exchange in which no field is null.</summary>
    public static ExchangeView FullExchange(long id) => Exchange(id) with
    {
        Logo = "https://example.org/logo.png",
        Url = "https://example.org/",
        ApiUrl = "https://api.example.org/",
        Options = """{"markets":{"quotes":["USDT"]}}""",
        Volume = 79228162514264337593543950335m,
        TopPair = "USDT-BTC",
        TopPairVolume = 0.0000000000000000000000000001m,
        LastUpdate = Noon.AddMilliseconds(1),
        HasCredentials = true,
        Status = new ExchangeStatus(
            ExchangeCondition.Running,
            Noon,
            RunId(1),
            Noon,
            Noon.AddMinutes(1),
            2,
            3,
            new RunError(ErrorKinds.Network, "it broke: 'quoted', ünïcödé 🌍", Noon),
            "node-1"),
    };

    public static RunView Run(long exchange, int number, RunState state = RunState.Running) => new(
        RunId: RunId((int)(exchange * 1000) + number),
        Exchange: exchange,
        Number: number,
        Trigger: RunTrigger.Interval,
        Generation: 1,
        Slot: number,
        CoversFrom: null,
        Due: Noon.AddSeconds(number),
        State: state,
        Started: Noon.AddSeconds(number),
        Ended: state == RunState.Running ? null : Noon.AddSeconds(number + 0.5),
        Attempts: 1,
        Tally: state == RunState.Succeeded ? new RunTally(10, 9) : null,
        Error: state is RunState.Running or RunState.Succeeded ? null : new RunError(ErrorKinds.Timeout, "too slow", Noon.AddSeconds(number)),
        Node: "node-1",
        Recovers: null);

    public static MarketRow Market(string quote, decimal? volumeUsd = null, string @base = "USDT", string type = "spot") => new(
        Symbol: $"{quote}/{@base}",
        Name: $"{@base}-{quote}",
        Type: type,
        Base: @base,
        Quote: quote,
        Volume: volumeUsd,
        VolumeUsd: volumeUsd,
        Last: 1.10m,
        Bid: 1.09m,
        Ask: 1.11m,
        Active: true,
        VenueTime: Noon);
}

/// <summary>Keeps what is read back, as text.</summary>
/// <param name="of">Only what is of this actor; null: of all. The order of different actors is the store's own.</param>
internal sealed class Recorder(long? of = null) : IReplay
{
    public List<string> Lines { get; } = [];

    public List<DateTimeOffset> Times { get; } = [];

    public void OnSnapshot(long id, long sequence, ReadOnlySpan<byte> data)
    {
        if ((of ?? id) == id)
        {
            Lines.Add($"snapshot {id}:{sequence} {Encoding.UTF8.GetString(data)}");
        }
    }

    public void OnEvent(long id, long sequence, string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data)
    {
        if ((of ?? id) == id)
        {
            Lines.Add($"{id}:{sequence} {kind}.{version} {Encoding.UTF8.GetString(data)}");
            Times.Add(at);
        }
    }

    public static async Task<List<string>> Read(IJournal journal, string entity = "exchange", long? of = null)
    {
        var recorder = new Recorder(of);
        await journal.Replay(entity, null, recorder);
        return recorder.Lines;
    }
}
