import { work } from './beats.mjs';

const hoard = [];
work(({ method }, _, beat) => {
  if (method === 'gather') {
    hoard.push(Buffer.alloc(300 << 20, 1));
    beat();
  }
}, () => process.memoryUsage.rss());
