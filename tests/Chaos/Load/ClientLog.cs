using System.Collections.Concurrent;
using MarketManager.Chaos.Tests.Checking;

namespace MarketManager.Chaos.Tests.Load;

/// <summary>What all clients did, with one clock.</summary>
internal sealed class ClientLog
{
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentQueue<Operation> _operations = new();

    public TimeSpan Now => TimeProvider.System.GetElapsedTime(_began);

    public IReadOnlyList<Operation> Operations => [.. _operations];

    public void Add(Operation operation) => _operations.Enqueue(operation);
}
