using System.CommandLine;
using MarketManager.Cli;
using MarketManager.Host.Commands;
using MarketManager.Host.Composition;
using MarketManager.Host.Daemon;
using MarketManager.Host.Settings;
using MarketManager.Kernel;

// Whatever any command makes in a data folder, or of it, holds what others must not see.
Native.MakeNewFilesPrivate();
var world = World.Real();
var reader = SettingsReader.OfThisProcess();
var context = CliContext.OfProcess(world, () => SettingOptions.DataFolder(reader), new OfflineKeys(world, () => SettingOptions.Postgres(reader)));

var root = new RootCommand("Looks after crypto exchanges: every exchange is asked once, and everyone is served.")
{
    RunCommand.Build(reader, world),
};
foreach (var command in DaemonCommands.Build(reader, Daemon))
{
    root.Add(command);
}

foreach (var command in CliCommands.Build(context))
{
    root.Add(command);
}

root.Add(StorageCommand.Build(reader, context));
root.Add(SimulatorCommand.Build(context));
return await CliProgram.Run(root, args, context);

NodeDaemon Daemon(string dataFolder) => new(
    dataFolder, new NodeProbe(SocketPath.Of(dataFolder, context.Environment)), world.Time, context.Error);
