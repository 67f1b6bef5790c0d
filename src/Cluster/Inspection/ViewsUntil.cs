using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Inspection;

/// <summary>Waiting for what views show.</summary>
internal static class ViewsUntil
{
    /// <summary>Waits until a view shows something.</summary>
    /// <returns>False where none does within <paramref name="patience"/>.</returns>
    public static async ValueTask<bool> Until(
        this IClusterViews views, Func<ClusterView, bool> shows, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            for (var view = views.Current; !shows(view);)
            {
                view = await views.After(view, either.Token);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
