/** The least that makes a worker: heartbeats out, and a reaction to every request. */
export function work(onRequest, memory = () => 1) {
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const beat = () => send({ method: 'heartbeat', params: { memory: memory() } });
  let rest = '';
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    lines.map((line) => JSON.parse(line)).filter((message) => message.id !== undefined).forEach((message) => onRequest(message, send, beat));
  });
  process.stdin.on('end', () => process.exit(0));
  beat();
  setInterval(beat, 1000);
}
