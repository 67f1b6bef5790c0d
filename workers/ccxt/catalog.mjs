import { setImmediate } from 'node:timers/promises';
import ccxt from 'ccxt';

/** All venues that ccxt knows, with what they can do; nobody is asked. */
export async function describeVenues() {
  const venues = [];
  for (const id of ccxt.exchanges) {
    venues.push(describe(id));
    await setImmediate(); // all together take seconds on a busy machine, and heartbeats have to go on
  }
  return venues;
}

function describe(id) {
  const venue = new ccxt[id]();
  return {
    id,
    name: venue.name ?? id,
    countries: (venue.countries ?? []).filter((country) => typeof country === 'string'),
    url: address(venue, venue.urls?.www),
    apiUrl: address(venue, venue.urls?.api),
    logo: address(venue, venue.urls?.logo),
    doc: address(venue, venue.urls?.doc),
    rateLimit: venue.rateLimit,
    has: Object.fromEntries(Object.entries(venue.has).map(([capability, how]) => [capability, how ?? false])),
  };
}

/** The first address in what ccxt keeps as a string, a list or a tree; the public one where there is a choice. */
function address(venue, value) {
  if (typeof value === 'string') {
    const url = venue.implodeHostname(value);
    return /^https?:\/\//.test(url) ? url : null;
  }
  const choices = Object(value);
  for (const choice of [choices.public, choices.rest, ...Object.values(choices)]) {
    const url = choice === undefined || choice === null ? null : address(venue, choice);
    if (url !== null) {
      return url;
    }
  }
  return null;
}
