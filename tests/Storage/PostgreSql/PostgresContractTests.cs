using MarketManager.Storage.Tests.Contract;

namespace MarketManager.Storage.Tests.PostgreSql;

public sealed class PostgresJournalTests() : JournalContract(() => new PostgresUnderTest());

public sealed class PostgresExchangeTests() : ExchangeContract(() => new PostgresUnderTest());

public sealed class PostgresRunTests() : RunContract(() => new PostgresUnderTest());

public sealed class PostgresMarketTests() : MarketContract(() => new PostgresUnderTest());

public sealed class PostgresAnswerTests() : AnswerContract(() => new PostgresUnderTest());

public sealed class PostgresKeyTests() : KeyContract(() => new PostgresUnderTest());

public sealed class PostgresSettingTests() : SettingContract(() => new PostgresUnderTest());
