import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, resourceUsage } from 'node:process';
import { promisify } from 'node:util';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { dense, fit, gaussian, inputNames, sequential, variationalDropout } from '@vardrop/core';
import { fitPreprocessingTo, fromCsv, streamOf } from '@vardrop/data';
import { given, option } from './commandLine.js';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

// Time and memory of reading a CSV file of 8 columns, and of training an epoch on it, by its rows, on tfjs:wasm. Node collects
// what is no longer used only when its heap has grown, so memory is measured with a heap of 96 MiB too. After a build:
//   node benchmarks/src/csv.js [--rows 100000,10000000]

/** Writes made-up rows. @param {string} path @param {number} rows */
async function write(path, rows) {
  const file = createWriteStream(path);
  file.write('age,income,city,grade,flag,distance,temperature,price\n');
  let state = 1;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  for (let first = 0; first < rows; first += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - first) }, () => {
      const [age, income, city] = [18 + Math.floor(60 * random()), 2e4 + 5e4 * random(), Math.floor(5 * random())];
      const distance = random() < 0.05 ? '' : (100 * random()).toFixed(3);
      const flag = random() < 0.1 ? '' : random() < 0.5;
      const name = ['Oslo', 'Bergen', 'Trondheim', 'Stavanger', 'Tromsø'][city];
      const price = (income / 1000 + age - Number(distance) / 10 + city + random()).toFixed(3);
      return `${age},${income.toFixed(2)},${name},${'ABC'[city % 3]},${flag},${distance},${(20 * random()).toFixed(1)},${price}\n`;
    });
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** Reads or trains on a file, and prints seconds and memory. @param {string} path @param {boolean} trains */
async function measure(path, trains) {
  const started = performance.now();
  const source = await fromCsv(path);
  const preprocessing = await fitPreprocessingTo(source, { targets: 'price' });
  const learned = performance.now();
  const data = await streamOf(source, preprocessing);
  if (trains) {
    const backend = await createTfjsBackend({ device: 'wasm' });
    const model = sequential({
      input: [inputNames(preprocessing).length],
      noise: variationalDropout(),
      layers: [dense({ units: 16, activation: 'tanh' }), dense({ units: 1 })],
      likelihood: gaussian(),
    });
    await fit(model, { backend, data, preprocessing, epochs: 1, batch: 1000 });
    await backend.close();
  } else for await (const _ of data.batches(0));
  const seconds = [learned - started, performance.now() - learned].map((time) => Number((time / 1000).toFixed(1)));
  console.log(JSON.stringify([...seconds, Math.round(resourceUsage().maxRSS / 1024)]));
}

if (given('--path')) await measure(option('--path', ''), given('--train'));
else {
  const folder = await mkdtemp(join(tmpdir(), 'vardrop-csv-'));
  const table = [];
  try {
    for (const rows of option('--rows', '100000,10000000').split(',').map(Number)) {
      const path = join(folder, `${rows}.csv`);
      await write(path, rows);
      for (const [what, flags] of Object.entries({ reading: [], training: ['--train'] })) {
        for (const heap of [[], ['--max-old-space-size=96', '--max-semi-space-size=2']]) {
          const { stdout } = await promisify(execFile)(process.execPath, [...heap, argv[1], '--path', path, ...flags]);
          const [learn, epoch, memory] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]');
          table.push({ rows, what, heap: heap.length > 0 ? '96 MiB' : 'default', learn, epoch, 'memory MiB': memory });
        }
      }
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  console.log(`${cpus()[0].model}. Seconds to learn the preprocessing and of an epoch, largest memory of the process.`);
  console.table(table);
}
