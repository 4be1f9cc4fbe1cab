/**
 * The lines of the same program, as the formatter writes it: with this library (the first example of README.md), and with
 * tf.layers, with a layer of one's own and with dropout at a fixed rate, which neither learns its rates nor has a KL.
 * Lines that are empty or only a comment are not counted. The programs run: node benchmarks/src/lines/ownLayer.js.
 */
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const programs = {
  'README.md': /```js\n(.*?)```/s.exec(read('../../README.md'))[1],
  'tf.layers, own layer': read('lines/ownLayer.js'),
  'tf.layers, fixed dropout': read('lines/fixedDropout.js'),
};
for (const [name, text] of Object.entries(programs)) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
  console.log(`${String(lines.length).padStart(4)}  ${name}`);
}
