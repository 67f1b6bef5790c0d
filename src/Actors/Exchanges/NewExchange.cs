namespace MarketManager.Actors.Exchanges;

/// <summary>An exchange as a client asks for it. Null takes the default.</summary>
/// <param name="Tenant">Whose it will be.</param>
/// <param name="Name">Required.</param>
/// <param name="Venue">Default: the name in lower case.</param>
/// <param name="Enabled">Default: true.</param>
/// <param name="Interval">Seconds; default 60.</param>
/// <param name="Logo">Default: ccxt's.</param>
/// <param name="Url">Default: ccxt's.</param>
/// <param name="ApiUrl">Default: ccxt's.</param>
/// <param name="Options">A JSON object, as text; default: empty.</param>
public sealed record NewExchange(
    string Tenant,
    string Name,
    string? Venue = null,
    bool? Enabled = null,
    long? Interval = null,
    string? Logo = null,
    string? Url = null,
    string? ApiUrl = null,
    string? Options = null);

/// <summary>A field of a merge patch: absent, null (restore the default), or a value.</summary>
/// <typeparam name="T">The field's type.</typeparam>
/// <param name="Present">False leaves the field as it is.</param>
/// <param name="Value">Default of the type for null.</param>
/// <param name="IsNull">True where the patch says null.</param>
public readonly record struct Patch<T>(bool Present, T? Value, bool IsNull);

/// <summary>Makes fields of a merge patch.</summary>
public static class Patch
{
    /// <summary>Sets the field.</summary>
    public static Patch<T> To<T>(T value) => new(true, value, false);

    /// <summary>Restores the default.</summary>
    public static Patch<T> Null<T>() => new(true, default, true);
}

/// <summary>A change to an exchange; RFC 7396 at the top level.</summary>
/// <param name="Name">Null is not allowed.</param>
/// <param name="Enabled">Null restores true.</param>
/// <param name="Interval">Null restores 60.</param>
/// <param name="Logo">Null restores ccxt's.</param>
/// <param name="Url">Null restores ccxt's.</param>
/// <param name="ApiUrl">Null restores ccxt's.</param>
/// <param name="Options">Replaced whole; null restores the empty object.</param>
public sealed record ExchangeChange(
    Patch<string> Name = default,
    Patch<bool> Enabled = default,
    Patch<long> Interval = default,
    Patch<string> Logo = default,
    Patch<string> Url = default,
    Patch<string> ApiUrl = default,
    Patch<string> Options = default);
