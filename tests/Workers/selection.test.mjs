import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Selection } from '../../workers/ccxt/selection.mjs';

const market = { symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', type: 'spot' };
const everything = new Selection({}, true);

test('a market of the venue is wanted', () => {
  assert.equal(everything.includes(market), true);
  assert.equal(everything.includes({ ...market, base: 'Ⱥ'.repeat(128) }), true);
});

for (const field of ['symbol', 'base', 'quote']) {
  test(`a market whose ${field} is no name is left out, and the others are not`, () => {
    for (const name of [undefined, null, 7, 'x'.repeat(129)]) {
      assert.equal(everything.includes({ ...market, [field]: name }), false);
    }
  });
}

test('only the types, quotes and symbols that were asked for are wanted', () => {
  assert.equal(new Selection({ types: ['swap'] }, true).includes(market), false);
  assert.equal(new Selection({ quotes: ['EUR'] }, true).includes(market), false);
  assert.equal(new Selection({ symbols: ['ETH/USDT'] }, true).includes(market), false);
  assert.equal(new Selection({ types: ['spot'], quotes: ['USDT'], symbols: ['BTC/USDT'] }, true).includes(market), true);
});

test('a venue without spot is asked for all its types', () => {
  assert.equal(new Selection({}, false).includes({ ...market, type: 'option' }), true);
});
