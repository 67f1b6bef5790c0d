using System.Globalization;
using System.Text.RegularExpressions;
using MarketManager.Kernel;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>Whose fault it is that a batch failed.</summary>
internal static partial class Blame
{
    private const string TakenSequence = "event_key";

    /// <summary>The jobs to blame, and what each is told; empty where the failure does not say.</summary>
    public static IReadOnlyList<(AppendJob Job, Exception Why)> Find(PostgresException e, IReadOnlyList<AppendJob> jobs)
    {
        var guilty = Named(e, jobs);
        return guilty.Count == 0 && jobs.Count == 1 ? [(jobs[0], PostgresFailures.OfWriter(e))] : guilty;
    }

    private static IReadOnlyList<(AppendJob Job, Exception Why)> Named(PostgresException e, IReadOnlyList<AppendJob> jobs)
    {
        if (e.SqlState == PostgresFailures.ShardsLost)
        {
            var lost = (e.Detail ?? string.Empty).Split(',').ToHashSet(StringComparer.Ordinal);
            return [.. jobs.Where(job => job.Write.Fence is { } fence && lost.Contains(fence.ToString()))
                .Select(job => (job, (Exception)new FencedException(job.Write.Fence, e)))];
        }

        if (e.ConstraintName == TakenSequence && Key().Match(e.Detail ?? string.Empty) is { Success: true } key)
        {
            var (entity, actor, sequence) = (Number(key, 1), Number(key, 3), Number(key, 4));
            return [.. jobs.Where(job => job.Entity == entity && job.Write.Actor.Id == actor
                    && sequence >= job.Write.FirstSequence && sequence < job.Write.FirstSequence + job.Write.Events.Count)
                .Select(job => (job, (Exception)new JournalConflictException(job.Write.Actor, sequence)))];
        }

        return [.. jobs.Where(job => job.Commands!.Contains(e.BatchCommand!)).Select(job => (job, (Exception)PostgresFailures.OfWriter(e)))];
    }

    private static long Number(Match key, int group) => long.Parse(key.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    // "Key (entity, shard, actor, seq)=(1, 17, 50, 1) already exists.", in whatever language.
    [GeneratedRegex(@"\)=\((\d+), (\d+), (-?\d+), (-?\d+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
