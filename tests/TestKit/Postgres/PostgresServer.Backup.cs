using System.Globalization;

namespace MarketManager.TestKit.Postgres;

/// <content>Backups, by PostgreSQL's own programs.</content>
public sealed partial class PostgresServer
{
    /// <summary>Writes a database to a file while it is in use, as the superuser.</summary>
    public void Dump(string database, string file) =>
        Run(Program("pg_dump"), [.. AsSuperuser, "--format=custom", $"--file={file}", database]);

    /// <summary>Drops a database, makes it anew, and fills it from such a file, as the superuser.</summary>
    public async Task Restore(string database, string file)
    {
        await Drop(database);
        await Execute("postgres", $"CREATE DATABASE {database} OWNER {User} TEMPLATE template0");
        Run(Program("pg_restore"), [.. AsSuperuser, "--exit-on-error", $"--dbname={database}", file]);
    }

    private string[] AsSuperuser => ["--host=127.0.0.1", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", "--username=postgres"];
}
