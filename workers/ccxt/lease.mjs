import { Worker } from 'node:worker_threads';

/** For so long the main thread may be too busy to listen, in milliseconds; whoever hangs for longer is of no use. */
const LONGEST_TURN = 10_000;

/**
 * Ends this process when no heartbeat of the parent has come for a lease. The watch runs in a thread of its own, so
 * that it also works when the main thread hangs. A main thread that is busy hears no heartbeats although they come:
 * when the lease has run out it is asked to read what there is, and only then the silence is the parent's.
 * The watch counts its own ticks, so that the machine's sleep is not taken for the parent's silence.
 */
export class Lease {
  #signs = new Int32Array(new SharedArrayBuffer(8));

  /** @param {number} milliseconds how long the parent may be silent */
  constructor(milliseconds) {
    const tick = milliseconds / 20;
    const watch = new Worker(`
      const { parentPort, workerData: { signs, tick, lease, longest } } = require('node:worker_threads');
      let [beats, reads] = [0, 0];
      for (let silent = 0; silent < longest; silent++) {
        Atomics.wait(signs, 0, beats, tick);
        if (Atomics.load(signs, 0) !== beats) {
          beats = Atomics.load(signs, 0);
          silent = 0;
        } else if (silent === lease) {
          reads = Atomics.load(signs, 1);
          parentPort.postMessage('read');
        } else if (silent > lease && Atomics.load(signs, 1) !== reads) {
          break;
        }
      }
      process.kill(process.pid, 'SIGKILL');`, {
      eval: true,
      workerData: { signs: this.#signs, tick, lease: 20, longest: 20 + Math.ceil(LONGEST_TURN / tick) },
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
    });
    // Between two of these all input is read.
    watch.on('message', () => setImmediate(() => setImmediate(() => Atomics.add(this.#signs, 1, 1))));
    watch.unref();
  }

  /** The parent is alive. */
  renew() {
    Atomics.add(this.#signs, 0, 1);
    Atomics.notify(this.#signs, 0);
  }
}
