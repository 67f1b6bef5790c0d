using System.CommandLine;
using MarketManager.Cli;
using MarketManager.Host.Composition;
using MarketManager.Host.Logging;
using MarketManager.Host.Settings;
using MarketManager.Kernel;

namespace MarketManager.Host.Commands;

/// <summary><c>run</c>: a node in the foreground, until it is asked to end.</summary>
internal static class RunCommand
{
    // Requests have 1 s and runs 6 s to end by themselves; past this something hangs.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    /// <summary>The command.</summary>
    public static Command Build(SettingsReader reader, World world)
    {
        var command = new ServiceCommand("run", "Run a node in the foreground until it is asked to end");
        var options = new SettingOptions(command, KnownSettings.All);
        command.SetAction((line, _) => Run(options.Read(line, reader), world));
        return command;
    }

    private static async Task<int> Run(NodeSettings settings, World world)
    {
        using var signals = new StopSignals();
        using var loggers = LoggerFactory.Create(logging => logging.AddNodeLogging(settings));
        try
        {
            var node = await NodeHost.Start(settings, world, loggers, signals.Asked);
            var ended = await Task.WhenAny(signals.WaitUntilAsked(), node.Failed);
            await node.Stop().WaitAsync(StopLimit, world.Time);
            await ended;
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (signals.Asked.IsCancellationRequested)
        {
            // Asked to end while it started.
            return ExitCode.Done;
        }
        catch (StoreException e)
        {
            throw StoreErrors.Explain(e);
        }
        catch (TimeoutException)
        {
            throw new CliException(ExitCode.Failed, $"the node did not stop within {StopLimit.TotalSeconds:0} s");
        }
    }
}
