import { Console } from 'node:console';
import { parseArgs } from 'node:util';

// Ctrl-C and service managers signal the whole group of processes; when a worker ends is for its parent to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {});
}

globalThis.console = new Console(process.stderr, process.stderr); // stdout belongs to the protocol

const { describeVenues } = await import('./catalog.mjs');
const { Cancelled, toRpcError } = await import('./errors.mjs');
const { Feed, Gather } = await import('./feed.mjs');
const { Lease } = await import('./lease.mjs');
const { Parent } = await import('./rpc.mjs');

/** A feed that nobody asked for so long is forgotten; its markets would have to be loaded again anyway. */
const FORGOTTEN_AFTER = 3_600_000;

const { values: { lease: leaseTime, heartbeat } } = parseArgs({
  options: { lease: { type: 'string', default: '10000' }, heartbeat: { type: 'string', default: '1000' } },
});

const lease = new Lease(Number(leaseTime));
const feeds = new Map();
const gathers = new Map();

const parent = new Parent(process.stdin, process.stdout, {
  heartbeat: () => lease.renew(),
  describe: describeVenues,
  cancel: ({ id }) => gathers.get(id)?.end(new Cancelled('cancelled')),
  gather: async (params, id) => {
    const gather = new Gather(id);
    gathers.set(id, gather);
    try {
      const feed = feedOf(params);
      feed.usedAt = performance.now();
      return await feed.run(gather, params.version);
    } catch (error) {
      throw Object.assign(new Error('gather failed'), { rpc: toRpcError(gather.signal.aborted ? gather.signal.reason : error, gather.response) });
    } finally {
      gathers.delete(id);
    }
  },
});

function feedOf({ feed: key, ...spec }) {
  let feed = feeds.get(key);
  if (feed === undefined) {
    feeds.set(key, feed = new Feed(spec, parent));
  }
  return feed;
}

function beat() {
  parent.notify('heartbeat', { memory: process.memoryUsage.rss(), feeds: feeds.size });
  for (const [key, feed] of feeds) {
    if (performance.now() - feed.usedAt > FORGOTTEN_AFTER) {
      feeds.delete(key);
    }
  }
}

beat();
setInterval(beat, Number(heartbeat));
