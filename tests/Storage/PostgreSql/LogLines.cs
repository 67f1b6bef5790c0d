using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>What a store logs, line by line.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly Channel<(LogLevel Level, string Text)> _lines = Channel.CreateUnbounded<(LogLevel, string)>();

    /// <summary>The next line of a level that begins so; what comes before it is passed over.</summary>
    public async Task<string> Next(LogLevel level, string beginning)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var (found, text) = await _lines.Reader.ReadAsync(patience.Token);
            if (found == level && text.StartsWith(beginning, StringComparison.Ordinal))
            {
                return text;
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Writer.TryWrite((logLevel, formatter(state, exception)));

    public void Dispose()
    {
        // Nothing is held.
    }
}
