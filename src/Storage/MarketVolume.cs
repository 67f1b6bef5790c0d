namespace MarketManager.Storage;

/// <summary>Buckets of volume: they order like the volume, but a volume that moves a little stays in its bucket.</summary>
/// <remarks>
/// An index on the volume itself would have to move an entry, on a page of its own, for every market of every run. The bucket
/// is the exponent and the first four bits of the mantissa of the volume as a double: sixteen to the octave, each some 5 % wide. Everything that
/// is not positive is in bucket 0.
/// </remarks>
internal static class MarketVolume
{
    public static long? Bucket(decimal? volumeUsd) => volumeUsd switch
    {
        null => null,
        <= 0 => 0,
        { } volume => BitConverter.DoubleToInt64Bits((double)volume) >> 48,
    };
}
