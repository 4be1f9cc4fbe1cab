import { compileProgram } from '@vardrop/core/backend';
import { elementCount } from '@vardrop/core/program';
import { describeTimes, median } from '@vardrop/experiments';
import { rounds } from '../rounds.js';
import { createStep } from '../workload.js';
import { k, layer, m, n, product, products, unrolled } from './programs.js';

/**
 * @typedef {import('@vardrop/adapter-gpujs').GpujsBackend} GpujsBackend
 * @typedef {{ repetitions: number, warmup: number, seconds?: number }} Repetitions
 * @typedef {(line: string) => void} Log
 */

/** @param {number} count */
const fill = (count) => Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);

/**
 * A program on numbers that stay uploaded. A run waits until all of it has been computed: it reads all outputs, or, where
 * tensors stay on a graphics card, the smallest one.
 *
 * @param {GpujsBackend} backend
 * @param {import('@vardrop/core/program').Program} program
 */
async function prepare(backend, program) {
  const compiled = await compileProgram(backend, program);
  const inputs = Object.fromEntries(
    program.nodes.flatMap((node) => {
      if (node.op !== 'input') return [];
      const shape = /** @type {number[]} */ (node.shape);
      return [[node.name, backend.upload(fill(elementCount(shape)), shape)]];
    }),
  );
  return {
    async run() {
      const { outputs } = compiled.run(inputs, [{}]);
      for (const tensor of Object.values(outputs[0])) {
        await backend.native(tensor);
        backend.dispose(tensor);
      }
    },
    dispose() {
      compiled.dispose();
      for (const tensor of Object.values(inputs)) backend.dispose(tensor);
    },
  };
}

/** Milliseconds of processor time that all threads have taken so far, which other work on the machine changes less; 0 in a page. */
function processorTime() {
  if (!globalThis.process?.cpuUsage) return 0;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Runs variants in turns; medians in milliseconds by name, and those of processor time.
 *
 * @param {Record<string, () => Promise<unknown>>} variants
 * @param {Repetitions} repetitions
 * @param {Log} log
 */
async function time(variants, repetitions, log) {
  const lists = () => Object.fromEntries(Object.keys(variants).map((name) => [name, /** @type {number[]} */ ([])]));
  const [times, processor] = [lists(), lists()];
  for (const repetition of rounds(repetitions)) {
    for (const [name, run] of Object.entries(variants)) {
      const [start, used] = [performance.now(), processorTime()];
      await run();
      if (repetition < 0) continue;
      times[name].push(performance.now() - start);
      processor[name].push(processorTime() - used);
    }
  }
  const medians = (/** @type {Record<string, number[]>} */ all) =>
    Object.fromEntries(Object.entries(all).map(([name, list]) => [name, median(list)]));
  const [wall, ofProcessor] = [medians(times), medians(processor)];
  for (const [name, list] of Object.entries(times)) {
    log(
      `  ${name}: ${describeTimes(list)}${ofProcessor[name] ? `, processor time ${ofProcessor[name].toFixed(0)} ms` : ''}`,
    );
  }
  return { wall, processor: ofProcessor, times };
}

/**
 * One layer of 1000x784x500 by local reparametrization as one kernel (inference), with δ kept too (training) and as
 * separate kernels, beside the adapter's own product of that size.
 *
 * @param {GpujsBackend} backend
 * @param {Repetitions} repetitions
 * @param {Log} log
 */
export async function measureLayer(backend, repetitions, log) {
  log(`One layer, ${m}x${k}x${n}, ${backend.name}`);
  const forms = /** @type {const} */ (['inference', 'training', 'separate']);
  const prepared = [await prepare(backend, product())];
  for (const form of forms) prepared.push(await prepare(backend, layer(form)));
  const names = ['product', ...forms];
  const { wall, processor, times } = await time(
    Object.fromEntries(prepared.map(({ run }, i) => [names[i], run])),
    repetitions,
    log,
  );
  log(`  the product runs at ${((2e-6 * m * k * n) / wall.product).toFixed(2)} GFLOP/s`);
  for (const form of forms) {
    const inProcessor = processor.product
      ? `, ${(processor[form] / processor.product).toFixed(2)} times its processor time`
      : '';
    log(`  ${form}: ${(wall[form] / wall.product).toFixed(2)} times the product${inProcessor}`);
  }
  for (const { dispose } of prepared) dispose();
  return { shape: [m, k, n], times };
}

/**
 * What a function has the backend launch and copy, for each of `steps`.
 *
 * @param {GpujsBackend} backend
 * @param {number} steps
 * @param {() => Promise<unknown>} run
 */
async function trafficOf(backend, steps, run) {
  const before = backend.traffic();
  await run();
  const after = backend.traffic();
  const each = (/** @type {'plans' | 'launches' | 'bytesIn' | 'bytesOut'} */ what) =>
    (after[what] - before[what]) / steps;
  return `${each('plans')} plans, ${each('launches')} launches, ${(each('bytesIn') / 1e6).toFixed(2)} MB in, ${(each('bytesOut') / 1e6).toFixed(2)} MB out a step`;
}

/**
 * A training step of workload W, its contractions alone, and, unless `brief`, the same of the deterministic network.
 *
 * @param {GpujsBackend} backend
 * @param {Repetitions} repetitions
 * @param {Log} log
 * @param {boolean} [brief]
 */
export async function measureStep(backend, repetitions, log, brief = false) {
  log(`Workload W, ${backend.name}`);
  const noisy = createStep(backend, true);
  const deterministic = createStep(backend, false);
  const contractions = await prepare(backend, products(true));
  /** @type {Record<string, () => Promise<unknown>>} */
  const variants = { step: noisy.run, contractions: contractions.run };
  if (!brief) variants['deterministic step'] = deterministic.run;
  const { wall: step } = await time(variants, repetitions, log);
  log(`  share in contractions: ${((100 * step.contractions) / step.step).toFixed(1)} %`);
  if (!brief) {
    log(`  against the deterministic step: ${(step.step / step['deterministic step']).toFixed(2)} times its time`);
  }
  log(`  ${await trafficOf(backend, 1, noisy.run)}`);
  contractions.dispose();
  deterministic.trainer.dispose();
  return noisy;
}

/**
 * Steps of a program one by one, what is carried handed on from run to run, against as many in one plan.
 *
 * @param {GpujsBackend} backend
 * @param {import('@vardrop/core/program').Program} program
 * @param {readonly number[]} counts steps a plan
 * @param {Repetitions} repetitions
 * @param {Log} log
 */
export async function measurePlans(backend, program, counts, repetitions, log) {
  log(`Steps a plan, ${backend.name}: milliseconds a plan`);
  /** @type {Record<string, () => Promise<void>>} */
  const variants = {};
  /** @type {(() => void)[]} */
  const ends = [];
  for (const count of counts) {
    const plan = unrolled(program, count);
    const executable = await backend.compile(plan);
    const upload = (/** @type {'carried' | 'iteration'} */ role) =>
      Object.fromEntries(
        plan.nodes.flatMap((node) =>
          // Small numbers, so that nothing grows beyond bounds in a few steps.
          node.op === 'input' && node.role === role
            ? [
                [
                  node.name,
                  backend.upload(
                    fill(elementCount(node.shape)).map((x) => 0.01 + 0.01 * x),
                    /** @type {number[]} */ (node.shape),
                  ),
                ],
              ]
            : [],
        ),
      );
    let carried = upload('carried');
    variants[`${count}`] = async () => {
      // Minibatches and noise are new in each step.
      const inputs = upload('iteration');
      const result = executable.run(carried, [{ inputs }]);
      const losses = Object.keys(result.outputs[0]).filter((name) => name.startsWith('loss'));
      for (const name of losses) await backend.read(result.outputs[0][name]);
      for (const tensor of [carried, inputs, result.outputs[0]].flatMap(Object.values)) backend.dispose(tensor);
      carried = result.carried;
    };
    ends.push(() => {
      executable.dispose();
      for (const tensor of Object.values(carried)) backend.dispose(tensor);
    });
  }
  const { wall: times } = await time(variants, repetitions, log);
  for (const count of counts) {
    log(
      `  ${count} a plan: ${(times[`${count}`] / count / times[`${counts[0]}`]).toFixed(2)} times as long a step; ${await trafficOf(backend, count, variants[`${count}`])}`,
    );
  }
  for (const end of ends) end();
}

/**
 * Calls `report` after 20 and after 200 steps of a small network (200-100-10, a minibatch of 100), and once everything has
 * been disposed of.
 *
 * @param {GpujsBackend} backend
 * @param {(when: string) => Promise<void>} report
 */
export async function measureMemory(backend, report) {
  const { trainer, run } = createStep(backend, true, { name: 'small', widths: [200, 100, 10], batch: 100 });
  for (const until of [20, 200]) {
    while (trainer.step < until) await run();
    await report(`at step ${until}`);
  }
  trainer.dispose();
  await backend.close();
  await report('after close');
}
