using System.Globalization;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Ccxt;

/// <summary>What ccxt's error classes mean for a run.</summary>
/// <remarks>The classes of ccxt 4.5.84 (errorHierarchy); the text of an error decides nothing.</remarks>
internal static class CcxtErrors
{
    /// <summary>The class a worker gives when it ended a gather because it was told to.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>The kind of a class; what is no class of ccxt's comes from reading what the venue sent.</summary>
    public static string KindOf(string errorClass) => errorClass switch
    {
        "NetworkError" or "InvalidNonce" => ErrorKinds.Network,
        "RequestTimeout" or "TimedOut" => ErrorKinds.Timeout,
        "RateLimitExceeded" or "DDoSProtection" or "Refused" => ErrorKinds.RateLimited,
        "ExchangeNotAvailable" or "OnMaintenance" or "OperationFailed" => ErrorKinds.VenueUnavailable,
        "BadResponse" or "NullResponse" or "ChecksumError" => ErrorKinds.BadResponse,
        "AuthenticationError" or "PermissionDenied" or "AccountNotEnabled" or "AccountSuspended" => ErrorKinds.Authentication,
        "BadSymbol" => ErrorKinds.BadSymbol,
        "BadRequest" or "ArgumentsRequired" or "InvalidProxySettings" => ErrorKinds.BadRequest,
        "NotSupported" => ErrorKinds.NotSupported,
        "BaseError" or "ExchangeError" or "ExchangeClosedByUser" or "UnsubscribeError" or "CancelPending"
            or "OperationRejected" or "NoChange" or "MarginModeAlreadySet" or "MarketClosed"
            or "ManualInteractionNeeded" or "RestrictedLocation"
            or "InsufficientFunds" or "InvalidAddress" or "AddressPending"
            or "InvalidOrder" or "OrderNotFound" or "OrderNotCached" or "OrderImmediatelyFillable"
            or "OrderNotFillable" or "DuplicateOrderId" or "ContractUnavailable" => ErrorKinds.VenueError,
        _ => ErrorKinds.BadResponse,
    };

    /// <summary>A worker's error as the domain knows it.</summary>
    public static VenueException From(RpcError error, DateTimeOffset now)
    {
        var kind = KindOf(error.Data?.Class ?? "");
        var status = error.Data?.HttpStatus;
        var retryAfter = kind == ErrorKinds.RateLimited || status is 429 or 418 or 503
            ? ParseRetryAfter(error.Data?.RetryAfter, now)
            : null;
        return new VenueException(kind, error.Message, retryAfter);
    }

    /// <summary>The header Retry-After: seconds, or an HTTP date; null when it is neither.</summary>
    public static TimeSpan? ParseRetryAfter(string? header, DateTimeOffset now)
    {
        if (double.TryParse(header, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && double.IsFinite(seconds)) // "NaN" and "Infinity" are read as numbers, whatever the style
        {
            return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(7).TotalSeconds));
        }

        return DateTimeOffset.TryParseExact(header, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at > now ? at - now : TimeSpan.Zero
            : null;
    }
}
