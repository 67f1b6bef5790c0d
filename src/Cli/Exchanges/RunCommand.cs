using System.CommandLine;
using MarketManager.Cli.Http;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges run</c></summary>
internal static class RunCommand
{
    private const int DefaultWait = 300;

    public static Command Build(CommandFactory factory)
    {
        var name = factory.ExchangeArgument();
        var wait = new Option<int?>("--wait")
        {
            Description = $"Wait for its end, at most this long [default: {DefaultWait}]; 1 is the exit code unless it succeeded",
            HelpName = "SECONDS",
            Arity = ArgumentArity.ZeroOrOne,
        };
        wait.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var seconds) && seconds < 1)
            {
                result.AddError($"--wait is at least 1 second, not {seconds}");
            }
        });

        return factory.Create("run", "Gather now", async (session, cancellationToken) =>
        {
            var exchange = WireJson.Read<Exchange>(await ExchangeNames.Find(session.Node, session.Get(name), cancellationToken));
            var answer = (await session.Node.Send(NodeRequest.Post($"api/exchanges/{exchange.Id}/run/"), cancellationToken)).Json;
            var started = WireJson.Read<RunStarted>(answer);
            if (session.Has(wait))
            {
                var limit = TimeSpan.FromSeconds(session.Get(wait) ?? DefaultWait);
                return await RunWaiting.For(session, exchange, started.RunId, limit, cancellationToken);
            }

            session.Say($"started a run of '{exchange.Name}'");
            session.Show(answer, screen => screen.Write(started.RunId));
            return ExitCode.Done;
        }, name, wait);
    }
}
