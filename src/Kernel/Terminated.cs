namespace MarketManager.Kernel;

/// <summary>An actor has ended for good.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Reason">What it failed with; null where it was stopped.</param>
public sealed record Terminated(string Path, Exception? Reason);

/// <summary>Is told once when an actor has ended. Called in the turn of the one that ended: only passes the news on.</summary>
internal interface IWatcher
{
    void OnTerminated(Terminated news);
}
