using MarketManager.Host.Settings;
using Microsoft.Extensions.Logging.Console;

namespace MarketManager.Host.Logging;

/// <summary>Where logs go and how they look: to stderr, as lines for people or as JSON objects with ids as fields.</summary>
public static class NodeLogging
{
    /// <summary>Lines that wait to be written; when nobody reads stderr, new ones are dropped and their number is logged.</summary>
    public const int QueueCapacity = 10_000;

    /// <summary>Sets up logging as the settings say; other providers go.</summary>
    public static ILoggingBuilder AddNodeLogging(this ILoggingBuilder logging, NodeSettings settings)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(settings.LogLevel);
        // The frameworks tell of every request and connection; who wants that asks for everything.
        var frameworks = settings.LogLevel is LogLevel.Trace or > LogLevel.Warning ? settings.LogLevel : LogLevel.Warning;
        logging.AddFilter("Microsoft", frameworks).AddFilter("System", frameworks);
        // What keeps the host from starting is told once, by the command, and without a stack.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        if (settings.LogFormat == LogFormat.Json)
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                json.IncludeScopes = true;
            });
        }
        else
        {
            logging.AddSimpleConsole(text =>
            {
                text.SingleLine = true;
                text.UseUtcTimestamp = true;
                text.TimestampFormat = "HH:mm:ss.fff ";
                text.ColorBehavior = Console.IsErrorRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
                    ? LoggerColorBehavior.Disabled
                    : LoggerColorBehavior.Enabled;
            });
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.MaxQueueLength = QueueCapacity;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        return logging;
    }
}
