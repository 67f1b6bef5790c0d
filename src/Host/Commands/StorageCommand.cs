using System.CommandLine;
using System.Globalization;
using MarketManager.Cli;
using MarketManager.Host.Composition;
using MarketManager.Host.Settings;
using MarketManager.Kernel;
using MarketManager.Storage.Copy;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Sqlite;

namespace MarketManager.Host.Commands;

/// <summary><c>storage</c>: backup, restore and check of a data folder, and moving it into a cluster.</summary>
internal static class StorageCommand
{
    private const string SqliteScheme = "sqlite:";
    private const string PostgresScheme = "postgres:";

    /// <summary>The command and its four.</summary>
    public static Command Build(SettingsReader reader, CliContext context) => new("storage", "Back up, restore, check and move the database")
    {
        Backup(reader, context),
        Restore(reader, context),
        Check(reader, context),
        Copy(context),
    };

    private static Command Backup(SettingsReader reader, CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The file to make; must not be there yet" };
        return Create("backup", "Write the database as it is now to a file, while a node runs or not", reader, (folder, line) =>
        {
            var bytes = SqliteBackup.Backup(folder, Path.GetFullPath(line.GetRequiredValue(file)));
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes written to {line.GetRequiredValue(file)}"));
            return ExitCode.Done;
        }, file);
    }

    private static Command Restore(SettingsReader reader, CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "A backup" };
        return Create("restore", "Put a backup in the place of the database, which is kept beside it; no node may run", reader, (folder, line) =>
        {
            var kept = SqliteBackup.Restore(Path.GetFullPath(line.GetRequiredValue(file)), folder, context.World.Now);
            context.Error.WriteLine(kept is null
                ? $"restored into {folder}"
                : $"restored into {folder}; what was there before is in {kept}");
            return ExitCode.Done;
        }, file);
    }

    private static Command Check(SettingsReader reader, CliContext context) =>
        Create("check", "Look for damage in the database, while a node runs or not", reader, (folder, _) =>
        {
            var report = SqliteBackup.Check(folder);
            foreach (var finding in report.Findings)
            {
                context.Out.WriteLine(finding);
            }

            context.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Exchanges:N0} exchanges, {report.Markets:N0} markets, {report.Runs:N0} runs, {report.Events:N0} events: {(report.Ok ? "all is well" : $"{report.Findings.Count} findings")}"));
            return report.Ok ? ExitCode.Done : ExitCode.Failed;
        });

    private static Command Copy(CliContext context)
    {
        var from = new Option<string>("--from")
        {
            Description = "The data folder of a single node that is stopped; it stays as it is",
            HelpName = "sqlite:FOLDER",
            Required = true,
        };
        var to = new Option<string>("--to")
        {
            Description = "An empty database for the cluster; a password is better kept in PGPASSWORD or ~/.pgpass",
            HelpName = "postgres:\"Host=...;Database=...;Username=...\"",
            Required = true,
        };
        var command = new Command("copy", "Move what a single node has into a cluster's database, and verify it") { from, to };
        command.SetAction(async (line, cancelled) =>
        {
            var folder = After(SqliteScheme, line.GetRequiredValue(from), "--from");
            var database = After(PostgresScheme, line.GetRequiredValue(to), "--to");
            if (ConnectionText.ProblemOf(database) is { } problem)
            {
                throw new CliException(ExitCode.Usage, $"--to: what follows '{PostgresScheme}' {problem}");
            }

            try
            {
                var copied = await StorageCopy.Run(Path.GetFullPath(folder), database, context.World, cancelled);
                foreach (var table in copied)
                {
                    context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table.Name,-12} {table.Rows,12:N0}  {table.Hash}"));
                }

                context.Error.WriteLine("copied, read back and found the same; start the nodes of the cluster on it");
                return ExitCode.Done;
            }
            catch (StoreException e)
            {
                throw StoreErrors.Explain(e);
            }
        });
        return command;
    }

    private static string After(string scheme, string value, string option) => value.StartsWith(scheme, StringComparison.Ordinal)
        ? value[scheme.Length..]
        : throw new CliException(ExitCode.Usage, $"{option} must begin with '{scheme}'");

    private static Command Create(
        string name, string description, SettingsReader reader, Func<string, ParseResult, int> run, params Argument[] arguments)
    {
        var command = new Command(name, description);
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }

        var options = new SettingOptions(command, [KnownSettings.Data, KnownSettings.Environment]);
        command.SetAction(line =>
        {
            try
            {
                return run(options.DataFolder(line, reader), line);
            }
            catch (StoreException e)
            {
                throw StoreErrors.Explain(e);
            }
        });
        return command;
    }
}
