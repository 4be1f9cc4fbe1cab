import { laws } from '@vardrop/conformance';

/** The backends that the kit tests, each in processes of its own. */
const kitBackends = ['tfjs:webgpu', 'gpujs:webgpu', 'onnx:webgpu'];

const vardrop = 'node_modules/@vardrop/cli/bin/vardrop.js';

/**
 * A command of the kit. `{json}` in its words is the file in which it leaves its result.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {'device' | 'bench' | 'laws' | 'network' | 'layer' | 'noise'} kind
 * @property {string} [backend]
 * @property {number} seconds its share of the time; what a part leaves goes to those after it
 * @property {number} [patience] seconds before its end at which it is asked to stop: a run of a benchmark ends before it does; 0 for a
 * part that has nothing to write then
 * @property {readonly string[]} words of the command, after Node
 */

/** @param {(backend: string) => Part} part @returns {Part[]} */
const onEach = (part) => kitBackends.map(part);

/** @param {string} backend @param {readonly string[]} options @returns {string[]} */
const bench = (backend, ...options) => [
  vardrop,
  'bench',
  '--backends',
  backend,
  '--no-peers',
  '--quiet',
  '--json',
  '{json}',
  ...options,
];

/** Laws that say much for their time: on a software driver the first of all, `primitives`, takes longer than a part may. */
const firstLaws = ['noise', 'gradient-variance', 'sgvb', 'special-cases'];

/** @param {string} backend @param {readonly string[]} laws @returns {string[]} */
const conformance = (backend, laws) => [
  vardrop,
  'conformance',
  '--backend',
  backend,
  '--effort',
  'quick',
  '--timeout',
  '30',
  '--json',
  '{json}',
  '--law',
  ...laws,
];

/** The parts, the most important first. @type {readonly Part[]} */
export const parts = [
  { name: 'device', kind: 'device', seconds: 12, words: ['benchmarks/src/gpuKit/device.js', '--json', '{json}'] },
  ...onEach((backend) => ({
    name: 'W',
    kind: 'bench',
    backend,
    seconds: 33,
    patience: 12,
    words: bench(backend, '--batch', '1000', '--budget', '6'),
  })),
  ...onEach((backend) => ({
    name: 'first laws',
    kind: 'laws',
    backend,
    seconds: 17,
    words: conformance(backend, firstLaws),
  })),
  ...onEach((backend) => ({
    name: 'other laws',
    kind: 'laws',
    backend,
    seconds: 27,
    words: conformance(
      backend,
      laws.map(({ id }) => id).filter((id) => !firstLaws.includes(id)),
    ),
  })),
  ...onEach((backend) => ({
    name: 'LeNet-5',
    kind: 'network',
    backend,
    seconds: 20,
    patience: 0,
    words: [
      'benchmarks/src/networks.js',
      '--networks',
      'lenet',
      '--backends',
      backend,
      '--no-hand',
      '--no-torch',
      '--seconds',
      '6',
      '--json',
      '{json}',
    ],
  })),
  {
    name: 'fused layer',
    kind: 'layer',
    backend: 'gpujs:webgpu',
    seconds: 15,
    patience: 0,
    words: [
      'benchmarks/src/gpujs.js',
      '--mode',
      'webgpu',
      '--no-step',
      '--no-memory',
      '--seconds',
      '6',
      '--json',
      '{json}',
    ],
  },
  {
    name: 'noise',
    kind: 'noise',
    backend: 'gpujs:webgpu',
    seconds: 12,
    patience: 0,
    words: ['benchmarks/src/gpujsNoise.js', '--mode', 'webgpu', '--seconds', '4', '--json', '{json}'],
  },
  ...onEach((backend) => ({
    name: 'small batches',
    kind: 'bench',
    backend,
    seconds: 6,
    words: bench(backend, '--batch', '1,100', '--quick', '--budget', '3'),
  })),
];
