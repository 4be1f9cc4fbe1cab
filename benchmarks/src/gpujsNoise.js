import { writeFile } from 'node:fs/promises';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { compileProgram } from '@vardrop/core/backend';
import { createBuilder } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { describeTimes, median } from '@vardrop/experiments';
import { given, option } from './commandLine.js';
import { rounds } from './rounds.js';
import { startWebgpu } from './startWebgpu.js';

/**
 * Times noise that gpu.js's kernels make against noise that the host makes and hands over: the sum of 1000x2000 normal
 * numbers, in turns within one process, and beside it the largest difference between the two. Options: `--mode webgpu`
 * (needs the package `webgpu`), `--repetitions 20`, `--seconds 4` (a limit), `--json FILE`.
 */
const mode = /** @type {import('@vardrop/adapter-gpujs').GpujsMode} */ (option('--mode', 'webasm'));
const repetitions = Number(option('--repetitions', '20'));
if (mode === 'webgpu') console.log(await startWebgpu());

const [rows, units] = [1000, 2000];
const places = /** @type {const} */ (['host', 'device']);
const runs = await Promise.all(
  places.map(async (noise) => {
    const backend = await createGpujsBackend({ mode, noise });
    const b = createBuilder('sum');
    const made = b.noise('normal', 'noise', [rows, units]);
    b.output('sum', b.reduceSum(made));
    const sum = await compileProgram(backend, b.build());
    const whole = createBuilder('noise');
    whole.output('noise', whole.noise('normal', 'noise', [rows, units]));
    const all = await compileProgram(backend, whole.build());
    /** @type {(program: typeof sum, seed: number) => Promise<Float32Array>} */
    const run = async (program, seed) => {
      const [result] = program.run({}, [{ keys: { noise: { words: random.key(seed) } } }]).outputs;
      const [tensor] = Object.values(result);
      const values = await backend.read(tensor);
      backend.dispose(tensor);
      return values;
    };
    return { noise, backend, sum: (/** @type {number} */ seed) => run(sum, seed), all: () => run(all, 1) };
  }),
);
const [host, device] = await Promise.all(runs.map(({ all }) => all()));
const unitsApart = (/** @type {number} */ a, /** @type {number} */ b) =>
  Math.abs(a - b) / 2 ** (Math.floor(Math.log2(Math.abs(b))) - 23);
const apart = host.reduce(
  (most, value, i) => Math.max(most, value === device[i] ? 0 : unitsApart(device[i], value)),
  0,
);
console.log(`${mode}: ${host.length} normal numbers, at most ${apart} units in the last place apart`);

const times = places.map(() => /** @type {number[]} */ ([]));
const seconds = Number(option('--seconds', 'Infinity'));
for (const i of rounds({ warmup: 3, repetitions, seconds })) {
  for (const [at, { sum }] of runs.entries()) {
    const start = performance.now();
    await sum(i + 3);
    if (i >= 0) times[at].push(performance.now() - start);
  }
}
for (const [at, noise] of places.entries()) {
  console.log(
    `${noise}: ${describeTimes(times[at])}, ${((rows * units) / median(times[at]) / 1000).toFixed(1)} million a second`,
  );
}
if (given('--json')) {
  const result = { count: rows * units, unitsApart: apart, times: { host: times[0], device: times[1] } };
  await writeFile(option('--json', ''), JSON.stringify(result));
}
for (const { backend } of runs) await backend.close();
