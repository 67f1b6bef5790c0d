import { Worker } from 'node:worker_threads';

/**
 * Ends this process when no heartbeat of the parent has come for a lease. The watch runs in a thread of its own, so
 * that it also works when the main thread hangs: then no heartbeat gets through, and the lease runs out as well.
 * It counts its own ticks, so that the machine's sleep is not taken for the parent's silence.
 */
export class Lease {
  #beats = new Int32Array(new SharedArrayBuffer(4));

  /** @param {number} milliseconds how long the parent may be silent */
  constructor(milliseconds) {
    const watch = new Worker(`
      const { workerData: { beats, ticks, tick } } = require('node:worker_threads');
      let last = 0;
      for (let silent = 0; silent < ticks; silent++) {
        Atomics.wait(beats, 0, last, tick);
        const now = Atomics.load(beats, 0);
        if (now !== last) {
          last = now;
          silent = 0;
        }
      }
      process.kill(process.pid, 'SIGKILL');`, {
      eval: true,
      workerData: { beats: this.#beats, ticks: 20, tick: milliseconds / 20 },
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
    });
    watch.unref();
  }

  /** The parent is alive. */
  renew() {
    Atomics.add(this.#beats, 0, 1);
    Atomics.notify(this.#beats, 0);
  }
}
