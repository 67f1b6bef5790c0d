using MarketManager.Kernel;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>A write of an actor on its way.</summary>
internal sealed class AppendJob(JournalWrite write, short entity)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JournalWrite Write { get; } = write;

    /// <summary>The number of the actor's entity.</summary>
    public short Entity { get; } = entity;

    public short Shard { get; } = (short)Kernel.Shard.Of(write.Actor.Id);

    /// <summary>What is done besides the events, as it is sent next or was sent last.</summary>
    public List<NpgsqlBatchCommand>? Commands { get; set; }

    /// <summary>Whether <see cref="Commands"/> were handed to the driver.</summary>
    public bool WasSent { get; set; }

    /// <summary>The last of its events, once that is asked for; null where it has none.</summary>
    public LastEvent? Last { get; set; }

    /// <summary>Completes when it is durable, or known not to be.</summary>
    public Task Done => _done.Task;

    public void Succeed() => _done.TrySetResult();

    public void Fail(Exception reason) => _done.TrySetException(reason);
}
