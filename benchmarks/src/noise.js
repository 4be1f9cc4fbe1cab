// Normal random numbers a second: Vardrop's host generators and tf.randomNormal. After a build:
//   node benchmarks/src/noise.js [repetitions]
import { loadavg } from 'node:os';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import * as random from '@vardrop/core/random';
import { quantiles } from '@vardrop/experiments';

const { createJavaScriptGenerator, createWasmGenerator, key } = random;

/**
 * @typedef {object} NoiseRate
 * @property {string} name what was timed
 * @property {number} median milliseconds
 * @property {number} fastest milliseconds
 * @property {number} slowest milliseconds
 * @property {number} rate million numbers a second, from the median
 */

/**
 * Times a fill with normal numbers by each generator and by `tf.randomNormal`, interleaved in this process, after
 * warm-up. `tf.randomNormal` is timed until the tensor exists; disposing of it is not counted.
 *
 * @param {number} [repetitions] of each variant, at least 20 for a median that can be quoted
 * @param {number} [size] numbers a fill
 * @returns {Promise<NoiseRate[]>} wasm, javascript, tfjs wasm, tfjs cpu
 */
export async function noiseRate(repetitions = 30, size = 1_000_000) {
  const out = new Float32Array(size);
  const wasm = createWasmGenerator();
  if (wasm === undefined) throw new Error('[noise] no WebAssembly SIMD here, so there is nothing to compare.');
  const javaScript = createJavaScriptGenerator();
  const fill = (generator) => (repetition) => generator.normal(key(repetition), out);
  const randomNormal = () => tf.randomNormal([size]);
  const variants = [
    { name: 'vardrop wasm', run: fill(wasm), milliseconds: [] },
    { name: 'vardrop javascript', run: fill(javaScript), milliseconds: [] },
    { name: 'tf.randomNormal, wasm', backend: 'wasm', run: randomNormal, milliseconds: [] },
    { name: 'tf.randomNormal, cpu', backend: 'cpu', run: randomNormal, milliseconds: [] },
  ];

  const warmUp = 5;
  for (let repetition = 0; repetition < warmUp + repetitions; repetition++) {
    for (const variant of variants) {
      if (variant.backend) await tf.setBackend(variant.backend);
      const start = performance.now();
      const made = variant.run(repetition);
      const elapsed = performance.now() - start;
      made?.dispose();
      if (repetition >= warmUp) variant.milliseconds.push(elapsed);
    }
  }

  return variants.map(({ name, milliseconds }) => {
    const [fastest, median, slowest] = quantiles(milliseconds, [0, 0.5, 1]);
    return { name, median, fastest, slowest, rate: size / median / 1000 };
  });
}

async function main() {
  const repetitions = Number(process.argv[2] ?? 30);
  const rates = await noiseRate(repetitions);
  const baseline = Math.max(...rates.slice(2).map(({ rate }) => rate));
  console.log(`A million normals, ${repetitions} repetitions, interleaved; load ${loadavg()[0].toFixed(2)}`);
  console.table(
    rates.map(({ name, median, fastest, slowest, rate }) => ({
      variant: name,
      'median ms': Number(median.toFixed(2)),
      'from ms': Number(fastest.toFixed(2)),
      'to ms': Number(slowest.toFixed(2)),
      'million/s': Number(rate.toFixed(1)),
      'against the faster tf.randomNormal': Number((rate / baseline).toFixed(2)),
    })),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
