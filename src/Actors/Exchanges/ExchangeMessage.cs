using MarketManager.Actors.Idempotency;
using MarketManager.Kernel;

namespace MarketManager.Actors.Exchanges;

/// <summary>What an exchange is told to do, besides what <see cref="Runs.RunMessage"/> says.</summary>
public abstract record ExchangeCommand : EntityMessage
{
    /// <summary>Begin to exist.</summary>
    /// <param name="Draft">As the client asks for it.</param>
    /// <param name="Key">Null where the request carried none.</param>
    /// <param name="Reply">The exchange, or why not.</param>
    public sealed record Create(NewExchange Draft, IdempotencyKey? Key, ReplyTo<Answer<ExchangeView>> Reply) : ExchangeCommand;

    /// <summary>Take other settings.</summary>
    /// <param name="Changes">What to change.</param>
    /// <param name="ExpectedVersion">Null changes whatever is there.</param>
    /// <param name="Key">Null where the request will not be repeated.</param>
    /// <param name="Reply">The exchange after it, or why not.</param>
    public sealed record Change(ExchangeChange Changes, long? ExpectedVersion, IdempotencyKey? Key, ReplyTo<Answer<ExchangeView>> Reply) : ExchangeCommand;

    /// <summary>Cease to exist.</summary>
    /// <param name="ExpectedVersion">Null deletes whatever is there.</param>
    /// <param name="Key">Null where the request will not be repeated.</param>
    /// <param name="Reply">The exchange as it was last, or why not.</param>
    public sealed record Delete(long? ExpectedVersion, IdempotencyKey? Key, ReplyTo<Answer<ExchangeView>> Reply) : ExchangeCommand;
}

/// <summary>What an exchange is asked.</summary>
public abstract record ExchangeQuery : EntityMessage
{
    /// <summary>How it is now.</summary>
    /// <param name="Reply">The exchange, or that it does not exist.</param>
    public sealed record GetExchange(ReplyTo<Answer<ExchangeView>> Reply) : ExchangeQuery;
}
