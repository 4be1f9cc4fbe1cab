import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { elementCount } from '@vardrop/core/program';
import { contractionsProgram, createRandom, describeTimes, median } from '@vardrop/experiments';
import { given, option } from './commandLine.js';
import { nodeMemory, noteWasmMemories } from './nodeMemory.js';
import { contractions, createStep, gigaflop } from './workload.js';

/**
 * Times workload W on ONNX Runtime: the step, its contractions alone, and the same of the deterministic network, in turns
 * within one process; bytes copied; time by operator (native only: the runtime writes its profile to a file); memory at
 * step 20 and step 200. Options: `--device wasm` (or native), `--threads 2`, `--repetitions 20`, `--warmup 6`, `--no-memory`.
 */
const options = {
  device: option('--device', 'wasm') === 'native' ? /** @type {const} */ ('native') : /** @type {const} */ ('wasm'),
  threads: Number(option('--threads', '2')),
  repetitions: Number(option('--repetitions', '20')),
  warmup: Number(option('--warmup', '6')),
  memory: !given('--no-memory'),
};
const wasmMemories = noteWasmMemories();
const { device, threads } = options;
const profiles = await mkdtemp(join(tmpdir(), 'vardrop-profile-'));
const backend = await createOnnxBackend({ device, threads });

/** Every contraction of a step, and nothing else, as one model. @param {boolean} noise */
async function createContractions(noise) {
  const program = contractionsProgram(contractions(noise));
  const executable = await backend.compile(program);
  const random = createRandom();
  const inputs = Object.fromEntries(
    program.nodes.flatMap((node) => {
      if (node.op !== 'input') return [];
      const values = Float32Array.from({ length: elementCount(node.shape) }, () => random() - 0.5);
      return [[node.name, backend.upload(values, /** @type {number[]} */ (node.shape))]];
    }),
  );
  return async () => {
    const { total } = executable.run({}, [{ inputs }]).outputs[0];
    await backend.read(total);
    backend.dispose(total);
  };
}

const noisy = createStep(backend, true);
const deterministic = createStep(backend, false);
/** @type {Record<string, { times: number[], run: () => Promise<unknown> }>} */
const variants = {
  step: { times: [], run: noisy.run },
  contractions: { times: [], run: await createContractions(true) },
  'deterministic step': { times: [], run: deterministic.run },
  'deterministic contractions': { times: [], run: await createContractions(false) },
};
const loadBefore = loadavg();
for (let repetition = -options.warmup; repetition < options.repetitions; repetition++) {
  for (const { times, run } of Object.values(variants)) {
    const start = performance.now();
    await run();
    if (repetition >= 0) times.push(performance.now() - start);
  }
}
const loadAfter = loadavg();

console.log(`Workload W on onnx:${device}, ${threads} threads, milliseconds a step`);
for (const [name, { times }] of Object.entries(variants)) console.log(`  ${name}: ${describeTimes(times)}`);
const time = (/** @type {string} */ name) => median(variants[name].times);
console.log(
  `  ${gigaflop.toFixed(2)} GFLOP in contractions, alone at ${((1000 * gigaflop) / time('contractions')).toFixed(1)} GFLOP/s`,
);
const share = (/** @type {string} */ kind) =>
  `${((100 * time(`${kind}contractions`)) / time(`${kind}step`)).toFixed(1)} %`;
console.log(`  share of its own matmul rate: ${share('')} (deterministic: ${share('deterministic ')})`);
console.log(
  `  against the deterministic step: ${(time('step') / time('deterministic step')).toFixed(2)} times its time`,
);
console.log(`  bytes copied a step: ${JSON.stringify(copied(noisy.program()))}`);
console.log(
  `  load average before ${loadBefore.map((n) => n.toFixed(2))}, after ${loadAfter.map((n) => n.toFixed(2))}`,
);
deterministic.trainer.dispose();
noisy.trainer.dispose();
if (device === 'native') {
  console.log('  in the runtime, while it keeps a profile, by operator (number of nodes):');
  for (const [name, total] of await timeByOperator()) console.log(`    ${name}: ${total.toFixed(2)} ms`);
}
if (options.memory) {
  const fresh = createStep(backend, true);
  for (const until of [20, 200]) {
    console.log(`  memory at step ${until}: ${JSON.stringify(await memoryAfter(fresh, until))}`);
  }
}
await backend.close();
await rm(profiles, { recursive: true });

/** Megabytes that cross between JavaScript and the runtime: all inputs in, all outputs out. @param {import('@vardrop/core/program').Program} program */
function copied({ nodes, outputs }) {
  const bytes = (/** @type {number} */ id) => 4 * elementCount(nodes[id].shape);
  const sum = (/** @type {number[]} */ ids) => ids.reduce((total, id) => total + bytes(id), 0) / 1e6;
  return {
    inMegabytes: sum(nodes.flatMap((node, id) => (node.op === 'input' ? [id] : []))),
    outMegabytes: sum(Object.values(outputs)),
  };
}

/** Median time of a step in the runtime, and by operator, from the runtime's own profile. */
async function timeByOperator() {
  const profiled = await createOnnxBackend({
    device,
    threads,
    session: { enableProfiling: true, profileFilePrefix: join(profiles, 'step') },
  });
  const { trainer, run } = createStep(profiled, true);
  for (let i = 0; i < options.warmup + 10; i++) await run();
  trainer.dispose();
  await profiled.close();
  /** @type {Map<string, number[]>} one time a step */
  const times = new Map();
  /** @type {Map<string, { total: number, nodes: number }>} */
  let step = new Map();
  for (const file of await readdir(profiles)) {
    for (const { cat, name, dur, args } of JSON.parse(await readFile(join(profiles, file), 'utf8'))) {
      if (cat === 'Node' && name.endsWith('_kernel_time')) {
        const { total, nodes } = step.get(args.op_name) ?? { total: 0, nodes: 0 };
        step.set(args.op_name, { total: total + dur / 1000, nodes: nodes + 1 });
      }
      if (name !== 'model_run') continue;
      const all = [...step.values()].reduce((sum, { total }) => sum + total, 0);
      const entries = [...step].map(([operator, { total, nodes }]) => [`${operator} (${nodes})`, total]);
      for (const [what, time] of [['the run', dur / 1000], ['all operators', all], ...entries]) {
        const known = times.get(what) ?? [];
        times.set(what, [...known, time]);
      }
      step = new Map();
    }
  }
  return [...times]
    .map(([what, each]) => /** @type {const} */ ([what, median(each.slice(options.warmup))]))
    .sort((a, b) => b[1] - a[1])
    .slice(0, 16);
}

/** @param {ReturnType<typeof createStep>} step @param {number} until */
async function memoryAfter({ trainer, run }, until) {
  while (trainer.step < until) await run();
  return { liveTensors: backend.liveTensors(), ...(await nodeMemory()), wasmMiB: wasmMemories().wasmMiB };
}
