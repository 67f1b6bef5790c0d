using MarketManager.Kernel;

namespace MarketManager.Actors.Runs;

/// <summary>A run is going by the events of its entity, but not in the history of runs: its end cannot be kept, and no restart
/// of the entity mends that.</summary>
/// <param name="entity">Whose run it is.</param>
/// <param name="runId">Which.</param>
/// <param name="inner">The store's refusal.</param>
public sealed class RunHistoryException(PersistenceId entity, Guid runId, RowConflictException inner)
    : Exception($"run {runId} of {entity} is going by its events, but not in the history of runs; 'storage check' tells more", inner);
