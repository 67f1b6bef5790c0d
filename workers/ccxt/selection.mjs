/** Names that are longer are no names; the longest of ccxt's symbols, those of options, have some 40 characters. */
const NAME_LIMIT = 128;

/** Which markets of a venue are wanted: an exchange's `options.markets`. */
export class Selection {
  /**
   * @param {{ types?: string[], quotes?: string[], symbols?: string[], max_symbols?: number }} wanted
   * @param {boolean} hasSpot whether the venue has a spot market
   */
  constructor(wanted, hasSpot) {
    this.types = wanted.types ?? (hasSpot ? ['spot'] : null);
    this.symbols = wanted.symbols ?? null;
    this.maxSymbols = wanted.max_symbols ?? 50;
    this.#quotes = wanted.quotes === undefined ? null : new Set(wanted.quotes);
    this.#chosen = this.symbols === null ? null : new Set(this.symbols);
  }

  #quotes;
  #chosen;

  /** Whether a market of ccxt is wanted. */
  includes(market) {
    return isName(market.symbol) && isName(market.base) && isName(market.quote)
      && (this.types === null || this.types.includes(market.type))
      && (this.#quotes === null || this.#quotes.has(market.quote))
      && (this.#chosen === null || this.#chosen.has(market.symbol));
  }

  /**
   * Makes a ccxt instance load no more kinds of markets than are wanted, where its class can be told.
   * The option is a list or a tree of switches, in words of its own that differ from the types.
   */
  narrow(exchange) {
    const option = exchange.options?.fetchMarkets;
    if (this.types === null || typeof option !== 'object' || option === null || typeof option.types !== 'object') {
      return;
    }
    const kinds = Array.isArray(option.types) ? option.types : Object.keys(option.types);
    const kept = kinds.filter((kind) => this.#needs(kind));
    if (kept.length > 0) {
      const types = Array.isArray(option.types)
        ? kept
        : Object.fromEntries(kinds.map((kind) => [kind, kept.includes(kind) ? option.types[kind] : false]));
      exchange.options.fetchMarkets = { ...option, types };
    }
  }

  #needs(kind) {
    switch (kind) {
      case 'spot':
        return this.types.includes('spot') || this.types.includes('margin');
      case 'swap':
      case 'future':
      case 'option':
        return this.types.includes(kind);
      default: // linear, inverse, contract and what else there is
        return this.types.includes('swap') || this.types.includes('future');
    }
  }
}

function isName(text) {
  return typeof text === 'string' && text.length <= NAME_LIMIT;
}
