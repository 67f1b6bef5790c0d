using System.Globalization;

namespace MarketManager.TestKit.Postgres;

/// <summary>Standbys, and how they take over.</summary>
public sealed partial class PostgresServer
{
    private static readonly TimeSpan FollowPatience = TimeSpan.FromSeconds(30);

    /// <summary>Starts a standby that follows this server, on a copy of its data and on a port of its own.</summary>
    /// <param name="name">By which <c>synchronous_standby_names</c> knows it.</param>
    /// <param name="settings">As in <see cref="Start"/>.</param>
    public async Task<PostgresServer> Standby(string name, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("mm-postgres-").FullName;
        var data = Path.Combine(folder, "data");
        if (IsRoot)
        {
            Run("chown", "postgres", folder);
        }

        Run("sh", ["-c", "exec \"$@\" </dev/null", "sh", .. AsUser(), Program("pg_basebackup"),
            "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-D", data,
            "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]);
        var standby = new PostgresServer(folder, data, FreePort(), [$"cluster_name={name}", .. settings], _variables);
        await standby.Ready();
        await CaughtUp(standby);
        return standby;
    }

    /// <summary>Waits until a standby has all that this server has written so far.</summary>
    public async Task CaughtUp(PostgresServer standby)
    {
        var written = await Ask<string>("postgres", "SELECT pg_current_wal_lsn()::text");
        await standby.Until($"SELECT coalesce(pg_last_wal_replay_lsn() >= '{written}', false)", "caught up");
    }

    /// <summary>Cuts a standby off from its primary: it stays as it is from now on.</summary>
    /// <remarks>A standby whose replay is paused would make up for it when it is promoted; this one has not received what follows.</remarks>
    public async Task StopFollowing()
    {
        await Execute("postgres", "ALTER SYSTEM SET primary_conninfo = ''");
        await Execute("postgres", "SELECT pg_reload_conf()");
        await Until("SELECT NOT EXISTS (SELECT 1 FROM pg_stat_wal_receiver)", "cut off");
    }

    /// <summary>Makes a standby a primary, and waits until it is.</summary>
    public async Task Promote()
    {
        await Execute("postgres", "SELECT pg_promote()");
        await Until("SELECT NOT pg_is_in_recovery()", "promoted");
    }

    private async Task Until(string question, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await Ask<bool>("postgres", question))
        {
            if (TimeProvider.System.GetElapsedTime(began) > FollowPatience)
            {
                throw new TimeoutException($"the standby is not {what}: {await File.ReadAllTextAsync(Path.Combine(_folder, "log"))}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
