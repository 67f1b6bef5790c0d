using Microsoft.Extensions.Logging;

namespace MarketManager.Storage.PostgreSql.Membership;

internal static partial class MembershipLog
{
    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Sessions of the dead node {Incarnation} held its locks and were ended: {Count}")]
    public static partial void Terminated(ILogger logger, Guid incarnation, long count);
}
