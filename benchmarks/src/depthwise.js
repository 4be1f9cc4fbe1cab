import { pathToFileURL } from 'node:url';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { createBuilder } from '@vardrop/core/program';
import { createRandom, median } from '@vardrop/experiments';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { option } from './commandLine.js';

// A depthwise convolution against a plain one on the same images, forward and both gradients. After a build:
//   node benchmarks/src/depthwise.js [--backends onnx:native,…] [--images 8,112,112,64] [--size 3] [--repetitions 10]

/** @type {Record<string, () => Promise<import('@vardrop/core').Backend<any>>>} */
const backends = {
  'onnx:wasm': () => createOnnxBackend({ device: 'wasm' }),
  'onnx:native': () => createOnnxBackend({ device: 'native' }),
  'tfjs:wasm': () => createTfjsBackend({ device: 'wasm' }),
  'tfjs:cpu': () => createTfjsBackend({ device: 'cpu' }),
  'gpujs:webasm': () => createGpujsBackend({ mode: 'webasm' }),
};

const images = option('--images', '8,112,112,64').split(',').map(Number);
const size = Number(option('--size', '3'));
const repetitions = Number(option('--repetitions', '10'));
const [batch, height, width, channels] = images;

/** @param {number} groups @param {'forward' | 'inputGradient' | 'filterGradient'} pass */
function convolution(groups, pass) {
  const b = createBuilder(`${pass} of ${groups} groups`);
  const before = Math.floor((size - 1) / 2);
  const options = /** @type {const} */ ({ padding: [before, size - 1 - before, before, size - 1 - before], groups });
  const filter = [size, size, channels / groups, channels];
  const x = b.input('x', images);
  const y =
    pass === 'filterGradient'
      ? b.conv2dFilterGradient(x, b.input('y', images), filter, options)
      : pass === 'inputGradient'
        ? b.conv2dInputGradient(b.input('f', filter), x, images, options)
        : b.conv2d(x, b.input('f', filter), options);
  b.output('result', y);
  return b.build();
}

/** A program on random numbers, one run of which takes so many milliseconds. @param {import('@vardrop/core').Backend<any>} backend @param {import('@vardrop/core/program').Program} program */
async function prepare(backend, program) {
  const executable = await backend.compile(program);
  const random = createRandom(1);
  const given = Object.fromEntries(
    program.nodes.flatMap((node) => {
      if (node.op !== 'input') return [];
      const shape = /** @type {number[]} */ (node.shape);
      const count = shape.reduce((product, n) => product * n, 1);
      return [
        [
          node.name,
          backend.upload(
            Float32Array.from({ length: count }, () => random() - 0.5),
            shape,
          ),
        ],
      ];
    }),
  );
  return async () => {
    const start = performance.now();
    const { result } = executable.run(given, [{}]).outputs[0];
    await backend.read(result);
    const time = performance.now() - start;
    backend.dispose(result);
    return time;
  };
}

/** Median times of a depthwise and a plain convolution, in turns. @param {string} name */
export async function measureDepthwise(name) {
  const backend = await backends[name]();
  const cells = batch * height * width * channels;
  // An image read and one written; each number of the result is a sum of products.
  const gigabytes = (8 * cells) / 1e9;
  const gigaflop = (2 * cells * size * size) / 1e9;
  for (const pass of /** @type {const} */ (['forward', 'inputGradient', 'filterGradient'])) {
    const [depthwise, plain] = await Promise.all(
      [channels, 1].map(async (groups) => ({ run: await prepare(backend, convolution(groups, pass)), times: [0] })),
    );
    for (let i = -2; i < repetitions; i++) {
      for (const each of [depthwise, plain]) {
        const time = await each.run();
        if (i >= 0) each.times[i] = time;
      }
    }
    const [own, other] = [median(depthwise.times), median(plain.times)];
    console.log(
      `${name} ${pass}: depthwise ${own.toFixed(1)} ms, ${((1000 * gigabytes) / own).toFixed(2)} GB/s, ${((1000 * gigaflop) / own).toFixed(2)} GFLOP/s; ` +
        `plain ${other.toFixed(1)} ms, ${((1000 * gigabytes) / other).toFixed(2)} GB/s, ${((1000 * gigaflop * channels) / other).toFixed(1)} GFLOP/s; ` +
        `rate by bytes ${(other / own).toFixed(2)} of the plain one's`,
    );
  }
  await backend.close();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of option('--backends', Object.keys(backends).join(',')).split(',')) await measureDepthwise(name);
}
