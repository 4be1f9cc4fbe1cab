import * as gpujs from '@vardrop/adapter-gpujs';
import * as onnx from '@vardrop/adapter-onnx';
import * as tfjs from '@vardrop/adapter-tfjs';
import * as wasm from '@vardrop/adapter-wasm';
import * as conformance from '@vardrop/conformance';
import { dense, sequential, tableFromRows } from '@vardrop/core';
import { createBuilder } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import * as data from '@vardrop/data';
import * as experiments from '@vardrop/experiments';
import * as cli from '../../src/index.js';
import type { Entry } from './entry.js';

const b = createBuilder('negation');
b.output('y', b.neg(b.input('x', ['batch', 2])));
const program = b.build();
/** Names only: what these options are is said by laws, plans and machines that a test does not make up. */
const namesOf = (...names: readonly string[]): Entry['options'] =>
  Object.fromEntries(names.map((name) => [name, 'any' as const]));

/** What makes a model small enough to be asked about. */
const model = sequential({ input: [2], layers: [dense({ units: 2 })] });
const table = tableFromRows([{ a: 1 }, { a: 2 }]);
const ofLaws = namesOf('effort', 'seed', 'replay', 'bail', 'caseTimeout', 'lawTimeout', 'create', 'models', 'onCase');
const setting = namesOf('data', 'quick', 'seed');

/** Functions with options, by the folder of their package. */
export const others: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  'adapter-tfjs': {
    createTfjsBackend: {
      call: tfjs.createTfjsBackend,
      options: namesOf('device', 'tf', 'wasmPaths', 'profile'),
    },
    fromTfDataset: {
      call: (options) =>
        tfjs.fromTfDataset(
          { iterator: async () => ({ next: async () => ({ done: true, value: 0 }) }) },
          options as never,
        ),
      options: namesOf('rows', 'weightSum'),
    },
    fromLayersModel: {
      call: (options) => tfjs.fromLayersModel({ layers: [], inputs: [], outputs: [] }, options as never),
      options: namesOf('noise', 'estimator', 'divergence', 'likelihood'),
    },
  },
  'adapter-wasm': {
    createWasmBackend: { call: wasm.createWasmBackend, options: namesOf('threads', 'relaxedSimd') },
  },
  'adapter-onnx': {
    createOnnxBackend: {
      call: onnx.createOnnxBackend,
      options: namesOf('device', 'ort', 'threads', 'wasmPaths', 'gpu', 'session', 'worker'),
    },
    exportOnnx: {
      call: (options) => onnx.exportOnnx(model, {}, options),
      options: namesOf('kind', 'opset', 'posterior', 'moments', 'weights', 'sparse'),
    },
    exportProgram: {
      call: (options) => onnx.exportProgram(program, options),
      options: { keys: 'other', opset: 'other' },
    },
  },
  'adapter-gpujs': {
    createGpujsBackend: { call: gpujs.createGpujsBackend, options: namesOf('mode', 'GPU', 'noise') },
  },
  conformance: {
    checkUlps: { call: conformance.checkUlps, options: namesOf('name', 'create', 'runner', 'otherCards') },
    conformance: {
      call: conformance.conformance,
      options: namesOf(
        'name',
        'create',
        'runner',
        'effort',
        'seed',
        'laws',
        'expectedFailures',
        'caseTimeout',
        'report',
      ),
    },
    runLaw: {
      call: (options) => conformance.runLaw(conformance.laws[0], createReferenceBackend(), options),
      options: ofLaws,
    },
    runSuite: {
      call: conformance.runSuite,
      options: { ...ofLaws, ...namesOf('name', 'createTimeout', 'laws', 'expectedFailures', 'onResult') },
    },
  },
  data: {
    fitPreprocessingTo: {
      call: (options) => data.fitPreprocessingTo(data.fromRows([{ a: 1 }, { a: 2 }]), options),
      options: {
        targets: 'string',
        inputs: 'other',
        exclude: 'other',
        weights: 'string',
        kinds: 'other',
        missing: 'other',
        missingTargets: 'other',
        mostCategories: 'other',
      },
    },
    folds: {
      call: (options: object) => data.folds(table, { folds: 2, ...options }),
      options: { folds: 'other', seed: 'other', stratify: 'other' },
    },
    fromCsv: {
      call: (options) => data.fromCsv({ text: 'a,b\n1,x\n' }, options),
      options: { delimiter: 'other', decimal: 'other', encoding: 'other', header: 'boolean', name: 'string' },
    },
    fromImages: {
      call: (options) => data.fromImages([{ image: { width: 1, height: 1, data: [0, 0, 0, 0] }, label: 'a' }], options),
      options: { size: 'other', channels: 'other', classes: 'other', block: 'other' },
    },
    fromParquet: {
      call: (options) => data.fromParquet(new Uint8Array(), options),
      options: { columns: 'other', name: 'string' },
    },
    fromRows: {
      call: (options) => data.fromRows([[1], [2]], options),
      options: { header: 'other', source: 'string' },
    },
    split: {
      call: (options: object) => data.split(table, { parts: { a: 1 }, ...options }),
      options: { parts: 'any', seed: 'other', stratify: 'other' },
    },
    splitSource: {
      call: (options: object) => data.splitSource(data.fromRows([{ a: 1 }]), { parts: { a: 1 }, ...options }),
      options: { parts: 'any', seed: 'other' },
    },
    windows: {
      call: (options: object) =>
        data.windows({ inputs: [1, 2, 3], targets: [1, 2, 3] }, { steps: 3, length: 1, ...options }),
      options: namesOf('steps', 'length', 'ahead', 'horizon', 'stride'),
    },
  },
  experiments: {
    errorExperiment: { call: experiments.errorExperiment, options: setting },
    runBench: {
      call: experiments.runBench,
      options: namesOf(
        'targets',
        'peers',
        'workloads',
        'repetitions',
        'warmup',
        'budgetSeconds',
        'weightsTogether',
        'machine',
        'load',
        'memory',
        'clock',
        'signal',
        'onProgress',
      ),
    },
    sparsityExperiment: { call: experiments.sparsityExperiment, options: { ...setting, ...namesOf('model') } },
    uncertaintyExperiment: { call: experiments.uncertaintyExperiment, options: { ...setting, ...namesOf('foreign') } },
    speed: { call: experiments.speed, options: setting },
    speedExperiment: {
      call: experiments.speedExperiment,
      options: namesOf('data', 'seed', 'cases', 'rounds', 'share', 'epoch'),
    },
    variance: { call: experiments.variance, options: setting },
    varianceExperiment: {
      call: experiments.varianceExperiment,
      options: namesOf(
        'data',
        'seed',
        'units',
        'minibatch',
        'epochs',
        'trainingBatch',
        'learningRate',
        'groups',
        'drawsPerGroup',
        'groupsPerTrial',
      ),
    },
  },
  cli: { loadData: { call: cli.loadData, options: namesOf('directory') } },
};
