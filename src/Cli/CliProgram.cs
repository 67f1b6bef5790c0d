using System.CommandLine;
using System.CommandLine.Invocation;

namespace MarketManager.Cli;

/// <summary>Runs a command line to its exit code.</summary>
public static class CliProgram
{
    /// <summary>How long a command that was interrupted may take to end by itself.</summary>
    private static readonly TimeSpan InterruptPatience = TimeSpan.FromSeconds(2);

    /// <summary>Parses and runs. Errors become messages on <see cref="CliContext.Error"/>.</summary>
    /// <returns>One of <see cref="ExitCode"/>, or what a command of the caller's own returned.</returns>
    public static async Task<int> Run(
        RootCommand root, IReadOnlyList<string> arguments, CliContext context, CancellationToken cancellationToken = default)
    {
        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            return Tell(context, UsageErrors.Explain(parsed));
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = context.Out,
                    Error = context.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = parsed.CommandResult.Command is ServiceCommand ? null : InterruptPatience,
                },
                cancellationToken);
        }
        catch (CliException failure)
        {
            return Tell(context, failure);
        }
        catch (OperationCanceledException)
        {
            return Tell(context, new CliException(ExitCode.Interrupted, "interrupted"));
        }
        catch (IOException failure)
        {
            return Tell(context, new CliException(ExitCode.Failed, failure.Message));
        }
        catch (UnauthorizedAccessException failure)
        {
            return Tell(context, new CliException(ExitCode.NotAllowed, failure.Message));
        }
    }

    private static int Tell(CliContext context, CliException failure)
    {
        context.Error.WriteLine($"error: {failure.Message}");
        foreach (var detail in failure.Details)
        {
            context.Error.WriteLine($"  {detail}");
        }

        return failure.ExitCode;
    }
}
