using Microsoft.Extensions.Logging;

namespace MarketManager.Storage.PostgreSql.Membership;

internal static partial class MembershipLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Critical, Message =
        "PostgreSQL is another server than before (system {System}, timeline {Timeline}, was {Recorded}): a standby was promoted or a backup restored; all epochs were raised")]
    public static partial void Promoted(ILogger logger, long system, int timeline, int recorded);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Sessions of the dead node {Incarnation} held its locks and were ended: {Count}")]
    public static partial void Terminated(ILogger logger, Guid incarnation, int count);
}
