import { work } from './beats.mjs';

// Answers in good JSON with what nobody asked for.
work(({ id, method }, send) => method === 'gather' && send({ id, result: { version: 'a', markets: [['X']], tickers: [] } }));
