using Spectre.Console;

namespace MarketManager.Cli.Output;

/// <summary>Shows that something is awaited: a moving line on a terminal, else one plain line.</summary>
internal static class Progress
{
    /// <summary>Awaits the work, which may say how it stands.</summary>
    public static Task<T> Await<T>(CliContext context, string what, Func<Action<string>, Task<T>> work)
    {
        if (!context.ErrorIsTerminal)
        {
            context.Error.WriteLine(what);
            return work(_ => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(context.Error),
        });
        return console.Status().StartAsync(Markup.Escape(what), status => work(text => status.Status = Markup.Escape(text)));
    }
}
