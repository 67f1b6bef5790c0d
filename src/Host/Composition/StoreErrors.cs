using MarketManager.Cli;
using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using MarketManager.Storage;
using MarketManager.Storage.Sqlite;

namespace MarketManager.Host.Composition;

/// <summary>What the store says, for a person at a shell.</summary>
internal static class StoreErrors
{
    /// <summary>The end of a command that the store did not let go on.</summary>
    public static CliException Explain(StoreException why) => new(
        why switch
        {
            StoreLockedException or BackupExistsException or NodeNameTakenException or NodeTooOldException or SchemaTooNewException => ExitCode.Conflict,
            NothingStoredException => ExitCode.NotFound,
            OtherSecretException => ExitCode.NotAllowed,
            _ => ExitCode.Failed,
        },
        why.Message);
}
