using System.Diagnostics;
using MarketManager.Actors.Runs;
using MarketManager.Venues.Ccxt;
using MarketManager.Venues.Tests.Support;

namespace MarketManager.Venues.Tests.Ccxt;

public class CcxtErrorsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> Classes => new()
    {
        { "BaseError", ErrorKinds.VenueError },
        { "ExchangeError", ErrorKinds.VenueError },
        { "AuthenticationError", ErrorKinds.Authentication },
        { "PermissionDenied", ErrorKinds.Authentication },
        { "AccountNotEnabled", ErrorKinds.Authentication },
        { "AccountSuspended", ErrorKinds.Authentication },
        { "ArgumentsRequired", ErrorKinds.BadRequest },
        { "BadRequest", ErrorKinds.BadRequest },
        { "BadSymbol", ErrorKinds.BadSymbol },
        { "OperationRejected", ErrorKinds.VenueError },
        { "NoChange", ErrorKinds.VenueError },
        { "MarginModeAlreadySet", ErrorKinds.VenueError },
        { "MarketClosed", ErrorKinds.VenueError },
        { "ManualInteractionNeeded", ErrorKinds.VenueError },
        { "RestrictedLocation", ErrorKinds.VenueError },
        { "InsufficientFunds", ErrorKinds.VenueError },
        { "InvalidAddress", ErrorKinds.VenueError },
        { "AddressPending", ErrorKinds.VenueError },
        { "InvalidOrder", ErrorKinds.VenueError },
        { "OrderNotFound", ErrorKinds.VenueError },
        { "OrderNotCached", ErrorKinds.VenueError },
        { "OrderImmediatelyFillable", ErrorKinds.VenueError },
        { "OrderNotFillable", ErrorKinds.VenueError },
        { "DuplicateOrderId", ErrorKinds.VenueError },
        { "ContractUnavailable", ErrorKinds.VenueError },
        { "NotSupported", ErrorKinds.NotSupported },
        { "InvalidProxySettings", ErrorKinds.BadRequest },
        { "ExchangeClosedByUser", ErrorKinds.VenueError },
        { "OperationFailed", ErrorKinds.VenueUnavailable },
        { "NetworkError", ErrorKinds.Network },
        { "DDoSProtection", ErrorKinds.RateLimited },
        { "RateLimitExceeded", ErrorKinds.RateLimited },
        { "ExchangeNotAvailable", ErrorKinds.VenueUnavailable },
        { "OnMaintenance", ErrorKinds.VenueUnavailable },
        { "InvalidNonce", ErrorKinds.Network },
        { "ChecksumError", ErrorKinds.BadResponse },
        { "RequestTimeout", ErrorKinds.Timeout },
        { "TimedOut", ErrorKinds.Timeout },
        { "BadResponse", ErrorKinds.BadResponse },
        { "NullResponse", ErrorKinds.BadResponse },
        { "CancelPending", ErrorKinds.VenueError },
        { "UnsubscribeError", ErrorKinds.VenueError },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    public void Every_class_has_its_kind(string errorClass, string kind)
    {
        Assert.Equal(kind, CcxtErrors.KindOf(errorClass));
    }

    [Theory]
    [InlineData("TypeError", ErrorKinds.BadResponse)]
    [InlineData("SyntaxError", ErrorKinds.BadResponse)]
    [InlineData("Refused", ErrorKinds.RateLimited)]
    public void What_is_no_class_of_ccxt_has_a_kind_too(string errorClass, string kind)
    {
        Assert.Equal(kind, CcxtErrors.KindOf(errorClass));
    }

    [Fact]
    public async Task The_table_holds_all_classes_of_the_installed_ccxt()
    {
        const string List = "import ccxt from 'ccxt'; console.log(Object.keys(ccxt).filter(name => ccxt[name]?.prototype instanceof Error).join('\\n'))";
        using var node = Process.Start(new ProcessStartInfo("node", ["--input-type=module", "-e", List])
        {
            WorkingDirectory = Repository.Workers,
            RedirectStandardOutput = true,
        })!;
        var installed = await node.StandardOutput.ReadToEndAsync();

        Assert.Equal(
            installed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            Classes.Select(row => (string)row[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("7", 7.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("999999999", 604_800.0)]
    [InlineData("Fri, 20 Nov 2026 12:01:00 GMT", 60.0)]
    [InlineData("Fri, 20 Nov 2026 11:00:00 GMT", 0.0)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    [InlineData("NaN", null)]
    [InlineData("Infinity", null)]
    [InlineData("-Infinity", null)]
    [InlineData(null, null)]
    public void Retry_after_is_seconds_or_a_date(string? header, double? seconds)
    {
        Assert.Equal(seconds, CcxtErrors.ParseRetryAfter(header, Now)?.TotalSeconds);
    }

    [Fact]
    public void Retry_after_counts_where_the_venue_asked_to_wait()
    {
        var limited = CcxtErrors.From(new RpcError(-32000, "slow down", new RpcErrorData("RateLimitExceeded", 429, "3")), Now);
        var wrong = CcxtErrors.From(new RpcError(-32000, "what?", new RpcErrorData("BadRequest", 400, "3")), Now);

        Assert.Equal((ErrorKinds.RateLimited, TimeSpan.FromSeconds(3)), (limited.Kind, limited.RetryAfter));
        Assert.Equal((ErrorKinds.BadRequest, null), (wrong.Kind, wrong.RetryAfter));
    }
}
