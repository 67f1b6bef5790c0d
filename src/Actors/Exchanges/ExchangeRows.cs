namespace MarketManager.Actors.Exchanges;

/// <summary>An exchange was created: insert its row. The store refuses a taken name, without regard to case, of the same
/// tenant (rule <c>exchange_name</c>) and a taken slug (rule <c>exchange_slug</c>).</summary>
/// <param name="View">The exchange.</param>
public sealed record ExchangeInserted(ExchangeView View);

/// <summary>An exchange was changed or ran: replace its row; the rules of <see cref="ExchangeInserted"/> hold too.</summary>
/// <param name="View">The exchange.</param>
public sealed record ExchangeUpdated(ExchangeView View);

/// <summary>An exchange was deleted: remove its row and its markets; its runs stay.</summary>
/// <param name="Id">Which.</param>
public sealed record ExchangeRemoved(long Id);
