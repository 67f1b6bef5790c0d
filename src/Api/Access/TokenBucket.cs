namespace MarketManager.Api.Access;

/// <summary>Lets through so many a second in the long run, and a burst after a pause.</summary>
/// <param name="perSecond">Tokens that come back in a second.</param>
/// <param name="burst">The most there can be.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(int perSecond, int burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _tokens = burst;
    private long _at = time.GetTimestamp();

    /// <summary>Takes a token; null where there was one, else how long until there is.</summary>
    public TimeSpan? Take()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
            _at = now;
            if (_tokens < 1)
            {
                return TimeSpan.FromSeconds((1 - _tokens) / perSecond);
            }

            _tokens--;
            return null;
        }
    }
}
