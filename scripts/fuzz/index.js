#!/usr/bin/env node
// Damaged files of all kinds that Vardrop reads: `npm run fuzz -- --inputs 30000 --seed 7`. Each has to be refused with a
// `VARDROP_…` code, or to be read as something that is sound, soon and in little memory. Prints the seed, and what did not
// do so; `--only 123` reads one input again.
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '30000' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const from = Number(values.only ?? 0);
const to = values.only === undefined ? Number(values.inputs) : from + 1;
if (![seed, from, to].every((value) => Number.isSafeInteger(value) && value >= 0)) {
  console.error('[fuzz] --inputs, --seed, --only: need whole numbers that are not negative.');
  process.exit(2);
}

/** Milliseconds after which an input counts as one that hangs. */
const patience = 10_000;

const current = new Int32Array(new SharedArrayBuffer(4));
const problems = [];
const accepted = {};
const started = performance.now();
console.log(`seed ${seed}, inputs ${from} to ${to - 1}`);
// A thread that cannot start would have a problem with each input.
for (let next = from; next < to && problems.length < 100; ) next = await readFrom(next);

for (const { index, kind, problem } of problems.slice(0, 20)) console.log(`\ninput ${index} (${kind}): ${problem}`);
const counts = Object.entries(accepted).map(([kind, count]) => `${kind} ${count}`);
console.log(
  `\n${to - from} inputs in ${Math.round((performance.now() - started) / 1000)} s; read as sound: ${counts.join(', ')}; problems: ${problems.length}` +
    (problems.length > 0 ? `. Again: npm run fuzz -- --seed ${seed} --only ${problems[0].index}` : ''),
);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Reads inputs until they end or one hangs; returns the number of the next. */
function readFrom(first) {
  return new Promise((resolve) => {
    Atomics.store(current, 0, first);
    const worker = new Worker(new URL('./readInputs.js', import.meta.url), {
      workerData: { seed, from: first, to, current },
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    let seen = first;
    let since = performance.now();
    const watch = setInterval(() => {
      const index = Atomics.load(current, 0);
      if (index !== seen) [seen, since] = [index, performance.now()];
      if (performance.now() - since > patience)
        end({ index, kind: '?', problem: `no end within ${patience / 1000} s` });
    }, 500);
    const end = (problem) => {
      clearInterval(watch);
      if (problem) problems.push(problem);
      worker.terminate().then(() => resolve(problem ? problem.index + 1 : to));
    };
    worker.on('message', (message) => {
      if (!message.accepted) {
        problems.push(message);
        return;
      }
      for (const [kind, count] of Object.entries(message.accepted)) accepted[kind] = (accepted[kind] ?? 0) + count;
      end();
    });
    worker.on('error', (error) =>
      end({ index: Atomics.load(current, 0), kind: '?', problem: `ended the thread: ${error}` }),
    );
  });
}
