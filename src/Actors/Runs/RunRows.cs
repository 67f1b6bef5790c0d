namespace MarketManager.Actors.Runs;

/// <summary>A run begins: insert it. The store refuses a second running one (rule <c>run_running</c>) and a second start of
/// a slot (rule <c>run_slot</c>) of the same exchange, and a second recovery of one run (rule <c>run_recovers</c>).</summary>
/// <param name="Run">The run.</param>
public sealed record RunOpened(RunView Run);

/// <summary>A run ends: update the one row that is <c>running</c>; exactly one, else rule <c>run_closed</c> is broken.</summary>
/// <param name="Run">The run as it ended.</param>
public sealed record RunClosed(RunView Run);
