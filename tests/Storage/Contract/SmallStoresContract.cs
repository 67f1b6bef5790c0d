using MarketManager.Actors.Access;
using MarketManager.Actors.Idempotency;
using MarketManager.Kernel;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Contract;

public abstract class AnswerContract(Func<StoreUnderTest> create) : StoreContract(create)
{
    private static readonly IdempotencyKey Key = new("local", "POST /api/exchanges/", "k-1", "aa");

    [Fact]
    public async Task Answer_is_found_whatever_the_body_was()
    {
        await Store.Write(new AnswerKept(Key, """{"id":1}""", Noon));

        Assert.Equal(new AnswerKept(Key, """{"id":1}""", Noon), await Store.Answers.Find(Key with { BodyHash = "bb" }, Noon, default));
        Assert.Null(await Store.Answers.Find(Key, Noon.AddMilliseconds(1), default));
        Assert.Null(await Store.Answers.Find(Key with { Caller = "other" }, Noon, default));
        Assert.Null(await Store.Answers.Find(Key with { Route = "other" }, Noon, default));
    }

    [Fact]
    public async Task Second_answer_is_refused_for_a_day()
    {
        await Store.Write(new AnswerKept(Key, "1", Noon));

        var conflict = await Assert.ThrowsAsync<RowConflictException>(async () => await Store.Write(new AnswerKept(Key, "2", Noon.AddHours(24))));
        Assert.Equal("idempotency", conflict.Rule);
        await Store.Write(new AnswerKept(Key, "3", Noon.AddHours(24).AddMilliseconds(1)));
        Assert.Equal("3", (await Store.Answers.Find(Key, Noon, default))?.Answer);
    }

    [Fact]
    public async Task Forgotten_answers_are_gone()
    {
        await Store.Write(new AnswerKept(Key, "1", Noon), new AnswerKept(Key with { Key = "k-2" }, "2", Noon.AddHours(1)));
        await Store.Answers.Forget(Noon.AddHours(1), default);

        Assert.Null(await Store.Answers.Find(Key, Noon, default));
        Assert.NotNull(await Store.Answers.Find(Key with { Key = "k-2" }, Noon, default));
    }
}

public abstract class KeyContract(Func<StoreUnderTest> create) : StoreContract(create)
{
    [Fact]
    public async Task Keys_are_kept_oldest_first()
    {
        await Store.Keys.Add(new ApiKey("b", "bots", Role.Trader, new byte[] { 0, 255 }, Noon.AddHours(1), null), default);
        await Store.Keys.Add(new ApiKey("a", "admin", Role.Admin, new byte[] { 1 }, Noon, null), default);
        await Store.Reopen();

        var keys = await Store.Keys.List(default);

        Assert.Equal([("a", Role.Admin, Noon), ("b", Role.Trader, Noon.AddHours(1))], keys.Select(key => (key.Id, key.Role, key.Created)));
        Assert.Equal([0, 255], keys[1].Hash.ToArray());
    }

    [Fact]
    public async Task Taken_id_is_refused()
    {
        await Store.Keys.Add(new ApiKey("a", "one", Role.Viewer, new byte[] { 1 }, Noon, null), default);

        await Assert.ThrowsAsync<RowConflictException>(
            async () => await Store.Keys.Add(new ApiKey("a", "two", Role.Admin, new byte[] { 2 }, Noon, null), default));
    }

    [Fact]
    public async Task Key_is_revoked_once()
    {
        await Store.Keys.Add(new ApiKey("a", "one", Role.Viewer, new byte[] { 1 }, Noon, null), default);

        Assert.True(await Store.Keys.Revoke("a", Noon.AddHours(1), default));
        Assert.False(await Store.Keys.Revoke("a", Noon.AddHours(2), default));
        Assert.False(await Store.Keys.Revoke("b", Noon, default));
        Assert.Equal(Noon.AddHours(1), Assert.Single(await Store.Keys.List(default)).Revoked);
    }
}

public abstract class SettingContract(Func<StoreUnderTest> create) : StoreContract(create)
{
    [Fact]
    public async Task Value_is_kept_replaced_and_forgotten()
    {
        Assert.Null(await Store.Settings.Read("paused", default));
        await Store.Settings.Write("paused", "true", default);
        await Store.Reopen();
        Assert.Equal("true", await Store.Settings.Read("paused", default));
        await Store.Settings.Write("paused", string.Empty, default);
        Assert.Equal(string.Empty, await Store.Settings.Read("paused", default));
        await Store.Settings.Write("paused", null, default);
        Assert.Null(await Store.Settings.Read("paused", default));
    }
}
