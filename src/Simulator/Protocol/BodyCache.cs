namespace MarketManager.Simulator.Protocol;

/// <summary>The body of one answer, kept for one step of the prices; who asks while it is written waits for it.</summary>
internal sealed class BodyCache
{
    private readonly Lock _gate = new();
    private long _step = -1;
    private ReadOnlyMemory<byte> _body;

    /// <summary>The body for a step, written by <paramref name="render"/> unless it is the one kept.</summary>
    public ReadOnlyMemory<byte> Get(long step, Func<ReadOnlyMemory<byte>> render)
    {
        lock (_gate)
        {
            if (_step != step)
            {
                (_step, _body) = (step, render());
            }

            return _body;
        }
    }
}
