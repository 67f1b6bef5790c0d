using System.Threading.Channels;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Host.Composition;
using MarketManager.Host.Settings;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MarketManager.Host.Tests.Composition;

public sealed class RetentionTests
{
    private static readonly NodeSettings Settings = new() { RetentionRuns = 7, RetentionAge = TimeSpan.FromDays(3) };

    [Fact]
    public async Task Soon_after_the_start_and_every_hour_old_runs_go_and_answers_of_more_than_a_day()
    {
        var (time, store) = (new ManualTime(), new Store());
        using var stopping = new CancellationTokenSource();
        var retention = new Retention(store, store, Settings, TestWorld.Create(time), NullLogger<Retention>.Instance).Run(stopping.Token);

        foreach (var wait in (TimeSpan[])[TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), TimeSpan.FromHours(1)])
        {
            time.Advance(wait);
            var forgotten = await store.Forgotten.Reader.ReadAsync(stopping.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10));

            var now = time.GetUtcNow();
            Assert.Equal((7, now.AddDays(-3)), store.Pruned);
            Assert.Equal(now.AddHours(-24), forgotten);
        }

        await stopping.CancelAsync();
        await retention;
    }

    private sealed class Store : IRunRetention, IIdempotencyStore
    {
        public (int Keep, DateTimeOffset Before) Pruned { get; private set; }

        public Channel<DateTimeOffset> Forgotten { get; } = Channel.CreateUnbounded<DateTimeOffset>();

        public ValueTask<long> Prune(int keep, DateTimeOffset before, CancellationToken cancellationToken)
        {
            Pruned = (keep, before);
            return ValueTask.FromResult(0L);
        }

        public ValueTask<AnswerKept?> Find(IdempotencyKey key, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
            throw new NotSupportedException("retention finds nothing");

        public ValueTask Forget(DateTimeOffset before, CancellationToken cancellationToken)
        {
            Forgotten.Writer.TryWrite(before);
            return default;
        }
    }
}
