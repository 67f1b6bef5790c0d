using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql;

/// <summary>Brings a database to the schema that this program knows. Nodes that start at once wait for each other.</summary>
/// <remarks>
/// <para>
/// Two versions of the program work side by side while a cluster is upgraded node by node. So a change comes in two migrations:
/// one that expands (new tables, new columns with defaults), which older programs do not notice, and, in a later version, one
/// that contracts. A contraction says in its first line which is the oldest program that can work with it, by the newest
/// migration that program knows: <c>-- needs 0007</c>.
/// </para>
/// <para>A program that meets migrations that it does not know goes on, unless one of them needs a newer one.</para>
/// </remarks>
internal static partial class PostgresMigrations
{
    private const string Needs = "-- needs ";

    // Behind a migration that waits for a table, all others wait as well, the signs of life of nodes among them. So it waits briefly,
    // and again after a pause in which they go on, until whoever holds the table (a dump, say) has ended.
    private const string LockPatience = "SET LOCAL lock_timeout = '300ms'";
    private const string Pause = "SELECT pg_sleep(1)";
    private const string ShortPause = "SELECT pg_sleep(0.2)";

    // "IF NOT EXISTS" asks for the right to create even where nothing is to be created.
    private const string Begin = """
        DO $$ BEGIN
          IF to_regnamespace('mm') IS NULL THEN
            CREATE SCHEMA mm;
          END IF;
          IF to_regclass('mm.migration') IS NULL THEN
            CREATE TABLE mm.migration (
              number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
              needs int NOT NULL, -- the newest migration that a program must know at least, to work with this one
              applied_at timestamptz NOT NULL);
          END IF;
        END $$;
        """;

    /// <summary>The migrations that this program has, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Migration.Read("postgresql/");

    /// <summary>Applies what is missing, each migration in its own transaction.</summary>
    /// <exception cref="SchemaTooNewException">The database has left this program behind.</exception>
    /// <exception cref="MigrationChangedException">The database was built by another form of a migration.</exception>
    public static async ValueTask Apply(
        NpgsqlConnection connection, IReadOnlyList<Migration> migrations, DateTimeOffset now, ILogger log, CancellationToken cancellationToken)
    {
        // Held by the session: it is given free with it, whatever happens. A statement that waited for it would hold back vacuum.
        for (var isFirst = true; !await TryLock(connection, cancellationToken); isFirst = false)
        {
            if (isFirst)
            {
                LogWaits(log, connection.Database);
            }

            await Execute(connection, ShortPause, cancellationToken);
        }

        await Execute(connection, Begin, cancellationToken);
        foreach (var migration in migrations.Skip(await Verify(connection, migrations, cancellationToken)))
        {
            for (var isFirst = true; !await TryApply(connection, migration, now, cancellationToken); isFirst = false)
            {
                if (isFirst)
                {
                    LogHeldUp(log, migration.Name);
                }

                await Execute(connection, Pause, cancellationToken);
            }
        }

        await Execute(connection, "SELECT pg_advisory_unlock(hashtext('mm.migration'))", cancellationToken);
    }

    private static async ValueTask<bool> TryLock(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtext('mm.migration'))", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <returns>False where somebody uses a table that it changes; nothing was changed.</returns>
    private static async ValueTask<bool> TryApply(
        NpgsqlConnection connection, Migration migration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await Apply(connection, migration, now, cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static async ValueTask Apply(NpgsqlConnection connection, Migration migration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Execute(connection, LockPatience, cancellationToken);
        await Execute(connection, migration.Script, cancellationToken);
        await using var record = new NpgsqlCommand(
            "INSERT INTO mm.migration (number, name, checksum, needs, applied_at) VALUES ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = migration.Number },
                new NpgsqlParameter<string> { TypedValue = migration.Name },
                new NpgsqlParameter<string> { TypedValue = migration.Checksum },
                new NpgsqlParameter<int> { TypedValue = NeededBy(migration) },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
            },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // A migration takes as long as there is data.
    private static async ValueTask Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Compares what was applied with what this program has.</summary>
    /// <returns>How many of the program's migrations were applied.</returns>
    private static async ValueTask<int> Verify(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand("SELECT name, checksum, needs FROM mm.migration ORDER BY number", connection);
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        var applied = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            var (name, checksum) = (rows.GetString(0), rows.GetString(1));
            if (applied < migrations.Count)
            {
                if ((name, checksum) != (migrations[applied].Name, migrations[applied].Checksum))
                {
                    throw new MigrationChangedException(connection.Database, name);
                }

                applied++;
            }
            else if (rows.GetInt32(2) > migrations[^1].Number)
            {
                throw new SchemaTooNewException(connection.Database, name, migrations[^1].Name);
            }
        }

        return applied;
    }

    private static int NeededBy(Migration migration) => migration.Script.StartsWith(Needs, StringComparison.Ordinal)
        ? int.Parse(migration.Script.AsSpan(Needs.Length, 4), System.Globalization.CultureInfo.InvariantCulture)
        : 0;

    [LoggerMessage(20, LogLevel.Information, "Waiting for another node, which brings the database {Database} to its schema")]
    private static partial void LogWaits(ILogger log, string database);

    [LoggerMessage(21, LogLevel.Warning, "Migration {Name} waits for a table that somebody else uses, a dump for instance; it is tried again every second")]
    private static partial void LogHeldUp(ILogger log, string name);
}
