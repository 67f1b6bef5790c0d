/** Longest text of a number that is passed on; what is longer is no price. */
const NUMBER_LIMIT = 64;

/**
 * A market as the parent gets it, without what it does not need; the order of fields is the protocol.
 * @returns {Array} symbol, type, base, quote, settle, active, contract, contractSize, inverse
 */
export function marketRow(market) {
  return [market.symbol, market.type ?? 'spot', market.base, market.quote, market.settle ?? null, market.active ?? null,
    market.contract === true, number(market.contractSize), market.inverse === true];
}

/**
 * A ticker as the parent gets it.
 * @param {number} index of its market in the list of markets
 * @returns {Array} index, last, bid, ask, baseVolume, quoteVolume, vwap, timestamp
 */
export function tickerRow(index, ticker) {
  return [index, number(ticker.last), number(ticker.bid), number(ticker.ask), number(ticker.baseVolume),
    number(ticker.quoteVolume), number(ticker.vwap), number(ticker.timestamp)];
}

/** Text of a number, or a number; whether it is one is the parent's to judge, so NaN crosses as text. */
function number(value) {
  if (typeof value === 'string') {
    return value.length <= NUMBER_LIMIT ? value : 'overlong';
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : String(value);
  }
  return null;
}

/**
 * Spares ccxt the arithmetic for fields nobody asked for (change, percentage, average, open), which is most of the
 * cost of a ticker. Where there is no last price, ccxt derives it; what it cannot calculate with is passed on as it is.
 */
export function slimTickers(exchange) {
  const safeTicker = exchange.safeTicker.bind(exchange);
  exchange.safeTicker = (ticker, market) => {
    const last = price(ticker.close ?? ticker.last);
    if (last === undefined && (ticker.change ?? ticker.percentage ?? ticker.average) !== undefined) {
      try {
        return safeTicker(ticker, market);
      } catch {
        // The venue sent something for a number that is none.
      }
    }
    ticker.last = last;
    ticker.close = last;
    ticker.bid = price(ticker.bid);
    ticker.ask = price(ticker.ask);
    return ticker;
  };
}

/** ccxt's rule: a price of zero is none. */
function price(value) {
  return value === undefined || value === null || value === '' || Number(value) === 0 ? undefined : value;
}
