import { createHash } from 'node:crypto';
import ccxt from 'ccxt';
import { Selection } from './selection.mjs';
import { instrument } from './transport.mjs';
import { marketRow, slimTickers, tickerRow } from './tickers.mjs';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Up to so many symbols are asked for by name; more come cheaper with all others. */
const NAMED_SYMBOLS = 20;

/** So many symbols that are in no list of markets are remembered, so that each asks for a new list once only. */
const STRANGERS = 10_000;

/** How many requests for single tickers are on their way at a time; the budget says how fast they go. */
const PARALLEL_TICKERS = 4;

/** Types whose tickers come together are asked for in this order. */
const TYPE_ORDER = ['spot', 'margin', 'swap', 'future', 'option'];

/** One gathering pass: its id, what ends it, and the last HTTP response it got. */
export class Gather {
  #controller = new AbortController();
  response = {};

  constructor(id) {
    this.id = id;
  }

  get signal() {
    return this.#controller.signal;
  }

  end(reason) {
    this.#controller.abort(reason);
  }
}

/** One venue with one set of options: a ccxt instance, its markets, and what is known of them. */
export class Feed {
  #gather = null;
  #turn = Promise.resolve();
  #loadedAt = -Infinity;
  #outdated = false;
  #strangers = new Set();
  #markets = [];
  #rows = [];
  #index = new Map();
  #groups = [];
  #version = '';

  /**
   * @param {{ class: string, options: any, origin?: string }} spec `origin` takes the place of all the venue's hosts
   * @param {import('./rpc.mjs').Parent} parent
   */
  constructor(spec, parent) {
    if (!ccxt.exchanges.includes(spec.class)) {
      throw new ccxt.NotSupported(`ccxt has no venue '${spec.class}'`);
    }
    const exchange = construct(spec);
    exchange.has.fetchCurrencies = false; // nobody asks for them, and loading markets would
    if (spec.origin !== undefined) {
      exchange.urls.api = redirect(exchange, exchange.urls.api, spec.origin);
    }
    this.exchange = exchange;
    this.selection = new Selection(spec.options.markets ?? {}, exchange.has.spot === true);
    if (spec.options.ccxt?.options?.fetchMarkets === undefined) {
      this.selection.narrow(exchange);
    }
    instrument(exchange, parent, () => this.#gather);
    slimTickers(exchange);
  }

  /** Gathers once; a second gather waits for the first, unless it is cancelled before its turn. */
  run(gather, version) {
    const turn = this.#turn.then(() => {
      gather.signal.throwIfAborted();
      this.#gather = gather;
      return this.#run(version);
    });
    this.#turn = turn.catch(() => {});
    return Promise.race([turn, new Promise((_, reject) => {
      gather.signal.addEventListener('abort', () => this.#gather !== gather && reject(gather.signal.reason));
    })]);
  }

  async #run(version) {
    const age = performance.now() - this.#loadedAt;
    if (age >= HOUR || (this.#outdated && age >= MINUTE)) {
      await this.#loadMarkets();
    }
    const found = new Map();
    if (this.#markets.length > 0) {
      await (this.exchange.has.fetchTickers ? this.#fetchTogether(found) : this.#fetchOneByOne(found));
      if (found.size === 0 && this.#markets.some((market) => market.active !== false)) {
        throw new ccxt.NullResponse(`${this.exchange.id} answered without a ticker of any of its ${this.#markets.length} markets`);
      }
    }
    const tickers = [];
    for (const [index, ticker] of found) {
      tickers.push(tickerRow(index, ticker));
    }
    const changed = version !== this.#version;
    return { version: this.#version, markets: changed ? this.#rows : undefined, tickers };
  }

  async #loadMarkets() {
    await this.exchange.loadMarkets(true);
    const all = Object.values(this.exchange.markets ?? {});
    if (all.length === 0) {
      throw new ccxt.NullResponse(`${this.exchange.id} answered without a market`);
    }
    this.#markets = all.filter((market) => this.selection.includes(market));
    this.#rows = this.#markets.map(marketRow);
    this.#index = new Map(this.#markets.map((market, index) => [market.symbol, index]));
    this.#groups = groupsOf(this.#markets);
    const unknown = this.selection.symbols?.find((symbol) => !this.#index.has(symbol));
    if (unknown !== undefined) {
      throw new ccxt.BadSymbol(`${this.exchange.id} has no market '${unknown}' among those wanted`);
    }
    this.#version = createHash('sha256').update(JSON.stringify(this.#rows)).digest('base64url').slice(0, 22);
    this.#loadedAt = performance.now();
    this.#outdated = false;
  }

  /** One request brings one kind of market; a kind that came along with another is not asked for again. */
  async #fetchTogether(found) {
    const named = this.selection.symbols !== null && this.selection.symbols.length <= NAMED_SYMBOLS;
    const covered = new Set();
    let lonely = null;
    for (const group of this.#groups) {
      if (covered.has(group.key) || group.barren) {
        continue;
      }
      this.exchange.options.defaultType = group.type;
      if (group.subType !== undefined) {
        this.exchange.options.defaultSubType = group.subType;
      }
      try {
        const tickers = await this.#fetchTickers(named ? group.symbols : undefined, group);
        this.#collect(tickers, found, covered);
      } catch (error) {
        if (!(error instanceof ccxt.NotSupported) || this.#groups.length === 1) {
          throw error;
        }
        lonely = error;
      }
      group.barren = found.size > 0 && !covered.has(group.key);
    }
    if (found.size === 0 && lonely !== null) {
      throw lonely;
    }
  }

  async #fetchTickers(symbols, group) {
    try {
      return await this.exchange.fetchTickers(symbols);
    } catch (error) {
      if (symbols === undefined && error instanceof ccxt.ArgumentsRequired) {
        return this.exchange.fetchTickers(group.symbols.slice(0, this.selection.maxSymbols));
      }
      throw error;
    }
  }

  #collect(tickers, found, covered) {
    for (const ticker of Object.values(tickers)) {
      const index = this.#index.get(ticker.symbol);
      if (index !== undefined) {
        found.set(index, ticker);
        covered.add(groupKey(this.#markets[index]));
      } else if (ticker.symbol !== undefined) {
        this.#meet(ticker.symbol);
      }
    }
  }

  /** A symbol that no list of markets has named yet means that the list is out of date. */
  #meet(symbol) {
    if (!(symbol in this.exchange.markets) && !this.#strangers.has(symbol) && this.#strangers.size < STRANGERS) {
      this.#strangers.add(symbol);
      this.#outdated = true;
    }
  }

  async #fetchOneByOne(found) {
    const waiting = this.#markets
      .map((market, index) => ({ market, index }))
      .sort((a, b) => Number(a.market.active === false) - Number(b.market.active === false))
      .slice(0, this.selection.maxSymbols)
      .values();
    let failure = null;
    let refusal = null;
    const askInTurn = async () => {
      for (const { market, index } of waiting) {
        try {
          found.set(index, await this.exchange.fetchTicker(market.symbol));
        } catch (error) {
          if (error instanceof ccxt.ExchangeError) { // of this one market, say one that closed: its prices stay null
            refusal ??= error;
          } else {
            failure ??= error;
          }
        }
        if (failure !== null) {
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_TICKERS }, askInTurn));
    if (failure !== null || (found.size === 0 && refusal !== null)) {
      throw failure ?? refusal;
    }
  }
}

function construct({ class: name, options }) {
  try {
    return new ccxt[name]({ ...options.ccxt, number: String, enableRateLimit: true });
  } catch (error) {
    throw new ccxt.BadRequest(`${name} cannot be set up with these options: ${error.message}`);
  }
}

function groupKey(market) {
  return `${market.type} ${market.linear === true ? 'linear' : market.inverse === true ? 'inverse' : ''}`;
}

/** The kinds of markets that venues serve apart from each other. */
function groupsOf(markets) {
  const groups = new Map();
  for (const market of markets) {
    const key = groupKey(market);
    let group = groups.get(key);
    if (group === undefined) {
      const subType = market.linear === true ? 'linear' : market.inverse === true ? 'inverse' : undefined;
      groups.set(key, group = { key, type: market.type, subType, symbols: [], barren: false });
    }
    group.symbols.push(market.symbol);
  }
  return [...groups.values()].sort((a, b) => TYPE_ORDER.indexOf(a.type) - TYPE_ORDER.indexOf(b.type));
}

/** The tree of a venue's addresses with another origin and the same paths, so that nothing reaches the real venue. */
function redirect(exchange, node, origin) {
  if (typeof node === 'string') {
    const { pathname } = new URL(exchange.implodeHostname(node));
    return origin + (pathname === '/' ? '' : pathname);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, redirect(exchange, value, origin)]));
}
