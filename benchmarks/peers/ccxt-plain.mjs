// What gathering is compared with: ccxt alone, asked for the same with the same options as a worker asks it.
// node ccxt-plain.mjs ORIGIN on|off; says "ready", then a line "cold" or "warm" on stdin is answered with the milliseconds it took.
// The second argument is about ccxt's own rate limiter, which lets a request wait for what the one before it cost, however
// long ago that was; "off" leaves the plain work.
import { createInterface } from 'node:readline';
import ccxt from '../../workers/node_modules/ccxt/js/ccxt.js';

const [origin, limiter] = process.argv.slice(2);
let exchange;

function construct() {
  const made = new ccxt.binance({ number: String, enableRateLimit: limiter === 'on' });
  made.has.fetchCurrencies = false;
  made.options.fetchMarkets = { ...made.options.fetchMarkets, types: ['spot'] };
  made.urls.api = redirect(made.urls.api);
  return made;
}

function redirect(node) {
  return typeof node === 'string'
    ? origin + new URL(node).pathname
    : Object.fromEntries(Object.entries(node).map(([key, value]) => [key, redirect(value)]));
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  if (line === 'cold') {
    exchange = construct();
    await exchange.loadMarkets();
  }
  const tickers = await exchange.fetchTickers();
  const took = performance.now() - began;
  if (Object.keys(tickers).length === 0) {
    throw new Error('no tickers');
  }
  console.log(took.toFixed(2));
}
