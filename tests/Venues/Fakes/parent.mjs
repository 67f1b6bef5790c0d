// A parent that can be killed or frozen: starts the worker with the command it is given, and says its pid.
import { spawn } from 'node:child_process';

const worker = spawn(process.argv[2], process.argv.slice(3), { stdio: ['pipe', 'pipe', 'inherit'] });
setInterval(() => worker.stdin.write('{"jsonrpc":"2.0","method":"heartbeat"}\n'), 100);
worker.stdout.once('data', () => console.log(worker.pid)); // its first heartbeat: it is up
worker.stdout.resume();
