namespace MarketManager.Actors.Runs;

/// <summary>The kinds of error a run can end with; part of the wire contract.</summary>
public static class ErrorKinds
{
    /// <summary>The venue could not be reached, or the connection broke. May pass.</summary>
    public const string Network = "network";

    /// <summary>The venue did not answer in time. May pass.</summary>
    public const string Timeout = "timeout";

    /// <summary>The venue, or the budget for it, said: too many requests. May pass.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The venue is down or in maintenance. May pass.</summary>
    public const string VenueUnavailable = "venue_unavailable";

    /// <summary>What the venue sent could not be understood, or kept. May pass.</summary>
    public const string BadResponse = "bad_response";

    /// <summary>The credentials are missing, wrong or not sufficient.</summary>
    public const string Authentication = "authentication";

    /// <summary>The venue does not know the market.</summary>
    public const string BadSymbol = "bad_symbol";

    /// <summary>The venue refused the request as wrong.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>The venue does not offer what was asked for.</summary>
    public const string NotSupported = "not_supported";

    /// <summary>The venue answered with an error of its own that fits none of the others.</summary>
    public const string VenueError = "venue_error";

    /// <summary>The worker process that carried the run ended, hung or sent garbage. May pass.</summary>
    public const string WorkerLost = "worker_lost";

    /// <summary>The run took longer than its <c>max_run</c>.</summary>
    public const string Stale = "stale";

    /// <summary>What the run brought had to wait for a store that was away, and there was no room for it.</summary>
    public const string StoreAway = "store_away";

    /// <summary>The process or the node that carried the run died.</summary>
    public const string ProcessDied = "process_died";

    /// <summary>The node was shut down, or handed the exchange over, before the run had ended.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>The exchange was deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>A defect of MarketManager itself.</summary>
    public const string Internal = "internal";

    /// <summary>Whether a failure of this kind may pass when it is tried again.</summary>
    public static bool MayPass(string kind) =>
        kind is Network or Timeout or RateLimited or VenueUnavailable or BadResponse or WorkerLost;
}
