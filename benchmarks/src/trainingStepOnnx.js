import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createBuilder, createTrainer } from '@vardrop/core';
import { describeTimes, median } from './statistics.js';
import { contractions, createMinibatch, createWorkload, learningRate, trainingSize } from './workload.js';

/**
 * Times workload W on ONNX Runtime: the step, its contractions alone, and the same of the deterministic network, in turns
 * within one process; bytes copied; time by operator (native only: the runtime writes its profile to a file); memory at
 * step 20 and step 200. Options: `--device wasm` (or native), `--threads 2`, `--repetitions 20`, `--warmup 6`, `--no-memory`.
 */
const options = readOptions(process.argv.slice(2));
const wasmMemories = noteWasmMemories();
const { device, threads } = options;
const profiles = await mkdtemp(join(tmpdir(), 'vardrop-profile-'));
const backend = await createOnnxBackend({ device, threads });
const minibatch = createMinibatch();

/** @param {boolean} noise @param {import('@vardrop/core').Backend} on */
function createStep(noise, on = backend) {
  /** @type {import('@vardrop/core').Program | undefined} */
  let program;
  const noting = {
    ...on,
    compile: (/** @type {import('@vardrop/core').Program} */ given) => {
      program = given;
      return on.compile(given);
    },
  };
  const workload = createWorkload(noise);
  const trainer = createTrainer(workload.model, { backend: noting, ...workload });
  return {
    trainer,
    run: () => trainer.run(minibatch, { learningRate, klScale: 1 / trainingSize }),
    program: () => /** @type {import('@vardrop/core').Program} */ (program),
  };
}

/**
 * Every contraction of a step, and nothing else, as one model: plain matrix products, no two of the same operands (they
 * would be computed once), each followed by a product with a
 * column, so that no large result has to be copied out.
 *
 * @param {boolean} noise
 */
async function createContractions(noise) {
  const b = createBuilder('contractions');
  const tensor = (/** @type {number} */ rows, /** @type {number} */ columns, /** @type {number} */ copy) => {
    const name = `${rows}x${columns} ${copy}`;
    inputs.set(name, inputs.get(name) ?? b.input(name, [rows, columns]));
    return /** @type {import('@vardrop/core').Value} */ (inputs.get(name));
  };
  /** @type {Map<string, import('@vardrop/core').Value>} */
  const inputs = new Map();
  contractions(noise).forEach(({ m, k, n, count }, i) => {
    for (let copy = 0; copy < count; copy++) {
      const product = b.matmul(tensor(m, k, 0), tensor(k, n, 1 + 2 * i + copy));
      b.output(`${i} ${copy}`, b.matmul(product, tensor(n, 1, 0)));
    }
  });
  const program = b.build();
  const executable = await backend.compile(program);
  const values = Object.fromEntries(
    program.nodes.flatMap((node) =>
      node.op === 'input'
        ? [
            [
              node.name,
              backend.upload(
                fill(node.shape.reduce((/** @type {number} */ x, y) => x * Number(y), 1)),
                /** @type {number[]} */ (node.shape),
              ),
            ],
          ]
        : [],
    ),
  );
  return async () => {
    const { outputs } = executable.run(values, [{}]);
    for (const result of Object.values(outputs[0])) {
      await backend.read(result);
      backend.dispose(result);
    }
  };
}

/** @param {number} count */
function fill(count) {
  return Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);
}

const noisy = createStep(true);
const deterministic = createStep(false);
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
const gigaflop = contractions(true).reduce((sum, { m, k, n, count }) => sum + 2e-9 * m * k * n * count, 0);
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
  const fresh = createStep(true);
  for (const until of [20, 200]) {
    console.log(`  memory at step ${until}: ${JSON.stringify(await memoryAfter(fresh, until))}`);
  }
}
await backend.close();
await rm(profiles, { recursive: true });

/** Megabytes that cross between JavaScript and the runtime: all inputs in, all outputs out. @param {import('@vardrop/core').Program} program */
function copied({ nodes, outputs }) {
  const bytes = (/** @type {number} */ id) =>
    4 * nodes[id].shape.reduce((/** @type {number} */ product, n) => product * Number(n), 1);
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
  const { trainer, run } = createStep(true, profiled);
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
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  // Finalizers of one collection free more for the next.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers, rss } = memoryUsage();
  const mebibytes = (/** @type {number} */ bytes) => bytes / 2 ** 20;
  return {
    liveTensors: backend.liveTensors(),
    heapMiB: mebibytes(heapUsed),
    arrayBuffersMiB: mebibytes(arrayBuffers),
    wasmMiB: mebibytes(wasmMemories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)),
    residentMiB: mebibytes(rss),
  };
}

/** Memories of WebAssembly that are made from now on: the runtime does not tell how large its own is. */
function noteWasmMemories() {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    /** @param {WebAssembly.MemoryDescriptor} descriptor */
    constructor(descriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  return memories;
}

/** @param {string[]} words */
function readOptions(words) {
  const value = (/** @type {string} */ name) => {
    const index = words.indexOf(name);
    return index < 0 ? undefined : words[index + 1];
  };
  return {
    device: value('--device') === 'native' ? /** @type {const} */ ('native') : /** @type {const} */ ('wasm'),
    threads: Number(value('--threads') ?? 2),
    repetitions: Number(value('--repetitions') ?? 20),
    warmup: Number(value('--warmup') ?? 6),
    memory: !words.includes('--no-memory'),
  };
}
