using MarketManager.Storage.Tests.Contract;

namespace MarketManager.Storage.Tests.Sqlite;

public sealed class SqliteJournalTests() : JournalContract(() => new SqliteUnderTest());

public sealed class SqliteExchangeTests() : ExchangeContract(() => new SqliteUnderTest());

public sealed class SqliteRunTests() : RunContract(() => new SqliteUnderTest());

public sealed class SqliteMarketTests() : MarketContract(() => new SqliteUnderTest());

public sealed class SqliteAnswerTests() : AnswerContract(() => new SqliteUnderTest());

public sealed class SqliteKeyTests() : KeyContract(() => new SqliteUnderTest());

public sealed class SqliteSettingTests() : SettingContract(() => new SqliteUnderTest());
