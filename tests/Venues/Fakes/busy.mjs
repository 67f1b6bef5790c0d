import { Lease } from '../../../workers/ccxt/lease.mjs';

// Hears nothing for ten leases, then lives as long as its parent does.
const lease = new Lease(100);
process.stdin.on('data', () => lease.renew());
process.stdin.on('end', () => process.exit(0));
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
process.stdout.write('heard nothing\n');
