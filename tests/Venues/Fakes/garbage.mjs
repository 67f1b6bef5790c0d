import { work } from './beats.mjs';

work(({ method }) => method === 'gather' && process.stdout.write('Segmentation fault, they say\n'));
