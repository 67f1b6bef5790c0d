using System.CommandLine;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster ...</c></summary>
internal static class ClusterCommand
{
    public static Command Build(CommandFactory factory) => new("cluster", "Look into the cluster, and move what is in it")
    {
        ClusterStatusCommand.Build(factory),
        NodesCommand.Build(factory),
        ShardsCommand.Build(factory),
        ActorCommand.Build(factory),
        MoveCommand.Build(factory),
        DrainCommands.Drain(factory),
        DrainCommands.Resume(factory),
        WatchCommand.Build(factory),
    };
}
