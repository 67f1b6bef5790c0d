using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Kernel;
using MarketManager.Storage.Tests.Contract;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>One bad write of many harms no other, whichever way it is bad.</summary>
public sealed class BatchTests() : StoreContract(() => new PostgresUnderTest())
{
    public static TheoryData<string> Ways => [.. new[] { "a character that text cannot have", "a rule", "no table" }];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Bad_write_is_refused_alone(string way)
    {
        var writes = Enumerable.Range(1, 300).Select(i => Store.Journal.Append(i == 137 ? Bad(i, way) : Append(i, 1, "fine")).AsTask()).ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal([136], writes.Select((write, i) => (write, i)).Where(x => x.write.IsFaulted).Select(x => x.i));
        Assert.Equal(299, (await Recorder.Read(Store.Journal)).Count);
        await Store.Journal.Append(Append(137, 1, "better"));
    }

    [Fact]
    public async Task Text_that_no_index_takes_is_not_said_to_be_the_stores_trouble()
    {
        await Store.Write(new ExchangeInserted(Exchange(1)));
        var symbol = string.Concat(Enumerable.Range(0, 4000).Select(i => $"{i * 7919:x}")); // does not compress
        var refused = await Assert.ThrowsAsync<UnstorableException>(
            async () => await Store.Write(new MarketsReplaced(1, 1, Noon, [Market(symbol)])));
        Assert.StartsWith("the database cannot keep these values: index row ", refused.Message, StringComparison.Ordinal);
        await Store.Write(new MarketsReplaced(1, 1, Noon, [Market("BTC")]));
    }

    private static JournalWrite Bad(long actor, string way) => way switch
    {
        "a character that text cannot have" => Append(actor, 1, "a\0b"),
        "a rule" => Append(actor, 1, "x") with { Rows = [new ExchangeUpdated(Exchange(actor))] },
        _ => Append(actor, 1, "x") with { Rows = [new object()] },
    };
}
