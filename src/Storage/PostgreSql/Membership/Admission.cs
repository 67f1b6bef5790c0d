using MarketManager.Cluster.Members;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>Who becomes a member: a node that can read what the cluster writes, and that knows the secret of those that live.</summary>
/// <param name="connection">In a transaction. The first statement locks the cluster's row: who joins meanwhile waits.</param>
/// <param name="seal">Of the newcomer's secret.</param>
internal sealed class Admission(NpgsqlConnection connection, ClusterSeal seal)
{
    /// <returns>False where it has another secret than members that have no session, and is not sure that they are gone.</returns>
    /// <exception cref="NodeTooOldException">The cluster's level is above its own.</exception>
    /// <exception cref="OtherSecretException">Members that live have another secret.</exception>
    public async Task<bool> Join(Joining me, bool isSure, CancellationToken cancellationToken)
    {
        var (level, id, kept) = await Enter(me, cancellationToken);
        if (level > me.Level)
        {
            throw new NodeTooOldException(me.Level, level);
        }

        if (kept != seal.Of(id))
        {
            if (kept is not null && !await MayReplaceSecret(me, isSure, cancellationToken))
            {
                return false;
            }

            await connection.Execute(Statements.Seal, cancellationToken, ("seal", seal.Of(id)));
        }

        await connection.Execute(Statements.RaiseLevel, cancellationToken);
        return true;
    }

    private async Task<(int Level, Guid Id, string? Seal)> Enter(Joining me, CancellationToken cancellationToken)
    {
        await using var join = connection.Command(Statements.Join, ("me", me.Incarnation), ("name", me.Name),
            ("address", me.Address.ToString()), ("roles", me.Roles.ToArray()), ("level", me.Level),
            ("key", ClusterSessions.KeyOf(me.Incarnation)), ("lanes", me.Lanes), ("lease", me.Lease));
        await using var row = await join.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt32(0), row.GetGuid(1), row.IsDBNull(2) ? null : row.GetString(2));
    }

    private async Task<bool> MayReplaceSecret(Joining me, bool isSure, CancellationToken cancellationToken)
    {
        List<string> living = [];
        await using (var look = connection.Command(Statements.Living))
        {
            await using var rows = await look.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                living.Add(rows.GetString(0));
            }
        }

        living.Remove(me.Name);
        if (living.Count > 0)
        {
            throw new OtherSecretException(living);
        }

        await using var others = connection.Command(Statements.HasOthers, ("me", me.Incarnation));
        return isSure || !(bool)(await others.ExecuteScalarAsync(cancellationToken))!;
    }
}
