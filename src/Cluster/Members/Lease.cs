namespace MarketManager.Cluster.Members;

/// <summary>Counts what was proved to this node itself: a sign of life that was taken, a session that answered.</summary>
/// <remarks>
/// Others declare a node dead after a lease without a sign of life, or once its session is gone for the grace. Each proof counts
/// from before it was asked for, and ends a part earlier than others may act, for clocks that run at different speeds.
/// </remarks>
internal sealed class Lease(TimeProvider time, ClusterOptions options) : ILease
{
    private long _beat = long.MinValue;
    private long _session = long.MinValue;
    private long _until = long.MinValue;

    public bool Holds => time.GetTimestamp() < Volatile.Read(ref _until);

    /// <summary>How long it still holds if nothing more is proved; zero where it does not.</summary>
    public TimeSpan Left => Volatile.Read(ref _until) is var until && until > time.GetTimestamp()
        ? time.GetElapsedTime(time.GetTimestamp(), until)
        : TimeSpan.Zero;

    /// <summary>The store took a sign of life that was sent then.</summary>
    public void Renewed(long sent)
    {
        _beat = Later(sent, options.Lease * 0.8);
        Answered(sent);
    }

    /// <summary>The presence session, with its lock, answered what was asked then.</summary>
    public void Answered(long sent)
    {
        _session = Later(sent, options.AbsenceGrace * 0.9);
        Volatile.Write(ref _until, Math.Min(_beat, _session));
    }

    /// <summary>The session is gone, or the node is dead.</summary>
    public void Lost()
    {
        _beat = _session = long.MinValue;
        Volatile.Write(ref _until, long.MinValue);
    }

    private long Later(long timestamp, TimeSpan span) => timestamp + (long)(span.TotalSeconds * time.TimestampFrequency);
}
