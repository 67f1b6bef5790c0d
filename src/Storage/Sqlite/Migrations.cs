using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite;

/// <summary>Brings a database to the schema that this program knows.</summary>
internal static class Migrations
{
    /// <summary>The migrations that this program has, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Migration.Read("sqlite/");

    /// <summary>Applies what is missing, each migration in its own transaction.</summary>
    /// <exception cref="SchemaTooNewException">The database knows more than this program.</exception>
    /// <exception cref="MigrationChangedException">The database was built by another form of a migration.</exception>
    public static void Apply(Connection connection, string path, IReadOnlyList<Migration> migrations, DateTimeOffset now)
    {
        connection.Execute(
            """
            CREATE TABLE IF NOT EXISTS migration (
              number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)
            """);
        foreach (var migration in migrations.Skip(Verify(connection, path, migrations)))
        {
            connection.Execute("BEGIN IMMEDIATE");
            try
            {
                connection.Execute(migration.Script);
                connection.Prepare("INSERT INTO migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)")
                    .Add(migration.Number).Add(migration.Name).Add(migration.Checksum).Add(now).Execute();
                connection.Execute("COMMIT");
            }
            catch
            {
                connection.Rollback();
                throw;
            }
        }
    }

    /// <summary>Compares what was applied with what this program has.</summary>
    /// <returns>How many of the program's migrations were applied.</returns>
    public static int Verify(Connection connection, string path, IReadOnlyList<Migration> migrations)
    {
        var applied = Applied(connection);
        if (applied.Count > migrations.Count)
        {
            throw new SchemaTooNewException(path, applied[^1].Name, migrations[^1].Name);
        }

        for (var i = 0; i < applied.Count; i++)
        {
            if (applied[i] != (migrations[i].Name, migrations[i].Checksum))
            {
                throw new MigrationChangedException(path, applied[i].Name);
            }
        }

        return applied.Count;
    }

    private static List<(string Name, string Checksum)> Applied(Connection connection)
    {
        var applied = new List<(string, string)>();
        var rows = connection.Prepare("SELECT name, checksum FROM migration ORDER BY number");
        while (rows.Step())
        {
            applied.Add((rows.Text(), rows.Text()));
        }

        return applied;
    }
}
