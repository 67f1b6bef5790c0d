using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite;

/// <summary>What a check of a database found.</summary>
/// <param name="Findings">What is wrong, a sentence each; empty where all is well.</param>
/// <param name="Events">Events in the journal.</param>
/// <param name="Exchanges">Exchanges.</param>
/// <param name="Runs">Runs.</param>
/// <param name="Markets">Markets.</param>
public sealed record CheckReport(IReadOnlyList<string> Findings, long Events, long Exchanges, long Runs, long Markets)
{
    /// <summary>Whether all is well.</summary>
    public bool Ok => Findings.Count == 0;
}

/// <summary>Checks the file, the journal, and the read models against the journal.</summary>
internal static class SqliteCheck
{
    // Each answers a sentence for each thing that is wrong.
    private static readonly string[] Checks =
    [
        "SELECT 'file: ' || integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "SELECT 'table ' || \"table\" || ': row ' || rowid || ' refers to a missing row of ' || parent FROM pragma_foreign_key_check",
        """
        SELECT 'journal: ' || n.name || '-' || e.actor || ' has ' || count(*) || ' events from ' || min(e.seq) || ' to ' || max(e.seq)
          || CASE WHEN count(*) = max(e.seq) - min(e.seq) + 1 THEN ', and no snapshot of what was before' ELSE ': some are missing' END
        FROM event e JOIN entity n ON n.id = e.entity LEFT JOIN snapshot s ON s.entity = e.entity AND s.actor = e.actor
        GROUP BY e.entity, e.actor
        HAVING count(*) <> max(e.seq) - min(e.seq) + 1 OR min(e.seq) > ifnull(max(s.seq), 0) + 1
        """,
        """
        SELECT 'exchange ' || x.id || ' is listed, but the journal does not know it' FROM exchange x
        WHERE NOT EXISTS (SELECT 1 FROM event e JOIN entity n ON n.id = e.entity WHERE n.name = 'exchange' AND e.actor = x.id)
          AND NOT EXISTS (SELECT 1 FROM snapshot s JOIN entity n ON n.id = s.entity WHERE n.name = 'exchange' AND s.actor = x.id)
        """,
        """
        SELECT 'exchange ' || m.exchange || ' has markets of no run' FROM (SELECT DISTINCT exchange FROM market) m
        WHERE NOT EXISTS (SELECT 1 FROM market_set s WHERE s.exchange = m.exchange)
        """,
    ];

    public static CheckReport Run(string database)
    {
        var findings = new List<string>();
        try
        {
            using var connection = Connection.OpenReader(database);
            connection.Execute("BEGIN");
            foreach (var check in Checks)
            {
                var rows = connection.Prepare(check);
                while (rows.Step())
                {
                    findings.Add(rows.Text());
                }
            }

            return new CheckReport(
                findings, Count(connection, "event"), Count(connection, "exchange"), Count(connection, "run"), Count(connection, "market"));
        }
        catch (SqliteFailure failure)
        {
            findings.Add($"file: {failure.Text}");
            return new CheckReport(findings, 0, 0, 0, 0);
        }
    }

    private static long Count(Connection connection, string table) => connection.Prepare($"SELECT count(*) FROM {table}").Scalar()!.Value;
}
