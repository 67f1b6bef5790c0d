using System.CommandLine;
using MarketManager.Cli.Apply;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges ...</c></summary>
internal static class ExchangesCommand
{
    public static Command Build(CommandFactory factory) => new("exchanges", "List, change and run the exchanges that are managed")
    {
        ListCommand.Build(factory),
        ShowCommand.Build(factory),
        AddCommand.Build(factory),
        SetCommand.Build(factory),
        SwitchCommands.Enable(factory),
        SwitchCommands.Disable(factory),
        RemoveCommand.Build(factory),
        RunCommand.Build(factory),
        RunsCommand.Build(factory),
        ExportCommand.Build(factory),
        ApplyCommand.Build(factory),
    };
}
