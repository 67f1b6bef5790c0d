import { work } from './beats.mjs';

// A line that never ends.
work(({ method }) => {
  if (method === 'gather') {
    const chunk = 'x'.repeat(1 << 20);
    const write = () => process.stdout.write(chunk, write);
    write();
  }
});
