using System.CommandLine;
using MarketManager.Cli;
using MarketManager.Host.Daemon;
using MarketManager.Host.Settings;

namespace MarketManager.Host.Commands;

/// <summary><c>start</c>, <c>stop</c> and <c>restart</c>: the node of a data folder in the background.</summary>
internal static class DaemonCommands
{
    /// <summary>The three.</summary>
    /// <param name="reader">Reads settings.</param>
    /// <param name="daemon">Makes the daemon of a data folder.</param>
    public static IEnumerable<Command> Build(SettingsReader reader, Func<string, NodeDaemon> daemon)
    {
        yield return Start(reader, daemon);
        yield return Stop(reader, daemon);
        yield return Restart(reader, daemon);
    }

    private static Command Start(SettingsReader reader, Func<string, NodeDaemon> daemon)
    {
        var command = new Command("start", "Start a node in the background and wait until it is ready");
        var options = new SettingOptions(command, KnownSettings.All);
        command.SetAction((line, _) =>
        {
            // Read here only to say at once what is wrong with them; the node reads them again.
            var settings = options.Read(line, reader);
            return daemon(settings.DataFolder).Start(RunWith(options.Values(line)));
        });
        return command;
    }

    private static Command Stop(SettingsReader reader, Func<string, NodeDaemon> daemon)
    {
        var command = new Command("stop", "Stop the node and wait until it is down");
        var options = new SettingOptions(command, [KnownSettings.Data, KnownSettings.Environment]);
        command.SetAction((line, _) => daemon(options.DataFolder(line, reader)).Stop());
        return command;
    }

    private static Command Restart(SettingsReader reader, Func<string, NodeDaemon> daemon)
    {
        var command = new Command("restart", "Stop the node and start it again; without options, with those it runs with, and with its environment");
        var options = new SettingOptions(command, KnownSettings.All);
        command.SetAction(async (line, _) =>
        {
            var given = options.Values(line);
            var node = daemon(options.DataFolder(line, reader));
            var before = node.Running is { } running ? ProgramCommand.Of(running) : null;
            var variables = before?.Environment is { } its ? Renewed(its) : null;
            var next = before is not null && given.TrueForAll(v => v.Setting == KnownSettings.Data) ? before : RunWith(given);
            if (next != before)
            {
                // As with start: said while the node that runs still does.
                (variables is null ? reader : reader.With(variables)).Read(given);
            }

            var stopped = await node.Stop();
            return stopped == ExitCode.Done ? await node.Start(next with { Environment = variables }) : stopped;
        });
        return command;
    }

    // What it was told by variables, such as its cluster, it is told again; what is set here now counts more, in whichever of its two forms.
    private static Dictionary<string, string> Renewed(IReadOnlyDictionary<string, string> variables)
    {
        const string InFile = "_FILE";
        var all = variables.ToDictionary();
        foreach (System.Collections.DictionaryEntry set in Environment.GetEnvironmentVariables())
        {
            if (set is { Key: string name, Value: string { Length: > 0 } value } && name.StartsWith(EnvironmentSource.Prefix, StringComparison.Ordinal))
            {
                all.Remove(name.EndsWith(InFile, StringComparison.Ordinal) ? name[..^InFile.Length] : name + InFile);
                all[name] = value;
            }
        }

        return all;
    }

    private static ProgramCommand RunWith(IEnumerable<SettingValue> given) =>
        ProgramCommand.Self(["run", .. SettingOptions.Arguments(given)]);
}
