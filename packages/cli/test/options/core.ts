import { attentionLayers } from './attentionLayers.js';
import { core } from './coreExports.js';
import type { Entry } from './entry.js';
import { layers } from './layers.js';
import { metrics } from './metrics.js';

const backend = core.createReferenceBackend();
const model = core.sequential({
  input: [2],
  noise: core.sparseVariational(),
  layers: [core.dense({ units: 2 })],
});
const { parameters } = core.initialState(model, core.adam(), 0);
const { 'dense1/logVariance': _, ...means } = parameters;
const program = (() => {
  const b = core.createBuilder('negation');
  b.output('y', b.neg(b.input('x', ['batch', 2])));
  return b.build();
})();
const inputs = Float32Array.of(1, 2);
const x = core.input({ shape: [2] });
const data = { inputs, targets: [1] };
const trainer = {
  backend,
  optimizer: core.adam(),
  state: core.initialState(model, core.adam(), 0),
};

/** What options are added to, where there are any. */
const merged = (base: object, options: object) => ({ ...base, ...options }) as never;
const none: Entry['options'] = {};
const knowledge: Entry['options'] = { preprocessing: 'other', classes: 'other', columns: 'other' };
const ofCalibration: Entry['options'] = {
  ...{ samples: 'other', mode: 'other', batch: 'other', seed: 'other', signal: 'other', onWarning: 'function' },
};
const ofNetwork: Entry['options'] = { backend: 'other', targets: 'other', parts: 'other' };
const network = core.createNetwork(model, { backend, parameters });
const table = core.tableFromRows([{ a: 1 }, { a: 2 }]);
const ofPreprocessing: Entry['options'] = {
  targets: 'string',
  inputs: 'other',
  exclude: 'other',
  weights: 'string',
  kinds: 'other',
  missing: 'other',
  missingTargets: 'other',
  mostCategories: 'other',
};
export const withOptions: Readonly<Record<string, Entry>> = {
  ...attentionLayers,
  ...layers,
  ...metrics,
  adam: { call: core.adam, options: { learningRate: 'number', beta1: 'number', beta2: 'number', epsilon: 'number' } },
  adamW: {
    call: core.adamW,
    options: {
      learningRate: 'number',
      beta1: 'number',
      beta2: 'number',
      epsilon: 'number',
      weightDecay: 'number',
      decay: 'function',
    },
  },
  add: { call: core.add, options: { name: 'string' } },
  ard: { call: core.ard, options: none },
  bernoulli: { call: core.bernoulli, options: { rate: 'number' } },
  bernoulliLearned: {
    call: core.bernoulliLearned,
    options: { rates: 'other', rate: 'number', temperature: 'number' },
  },
  categorical: { call: core.categorical, options: { labelSmoothing: 'number', temperature: 'number' } },
  conformal: {
    call: (options) =>
      core.conformal(network, merged({ data: { inputs, targets: [0] }, coverage: 0.5, score: 'aps' }, options)),
    options: {
      data: 'other',
      coverage: 'number',
      score: 'other',
      byClass: 'boolean',
      penalty: 'number',
      rank: 'number',
      randomized: 'boolean',
      ...ofCalibration,
    },
  },
  compileProgram: {
    call: (options) => core.compileProgram(backend, program, merged({ batch: 1 }, options)),
    options: { batch: 'other' },
  },
  concatenate: { call: core.concatenate, options: { axis: 'other', name: 'string' } },
  cosineDecay: { call: (options) => core.cosineDecay(3, options), options: { final: 'number' } },
  createHandleTable: {
    call: (options) => core.createHandleTable(merged({ name: 'test' }, options)),
    options: { name: 'string', free: 'function', isGone: 'function' },
  },
  createNetwork: {
    call: (options) => core.createNetwork(model, merged({ backend, parameters }, options)),
    options: {
      ...{ backend: 'other', parameters: 'other', posterior: 'other', calibration: 'other', trainedOn: 'other' },
      ...knowledge,
    },
  },
  createPredictor: {
    call: (options) => core.createPredictor(model, merged({ backend }, options)),
    options: {
      backend: 'other',
      samples: 'other',
      mode: 'other',
      moments: 'other',
      batch: 'other',
      quantiles: 'other',
      posterior: 'other',
      noisePerRun: 'other',
    },
  },
  createPreprocessingFitter: { call: core.createPreprocessingFitter, options: ofPreprocessing },
  createReferenceBackend: { call: core.createReferenceBackend, options: { noise: 'function', functions: 'other' } },
  createTrainer: {
    call: (options) => core.createTrainer(model, merged(trainer, options)),
    options: { backend: 'other', optimizer: 'other', trainable: 'function', microBatch: 'other', state: 'other' },
  },
  deserializeNetwork: {
    call: (options) => core.deserializeNetwork(network.toBytes(), merged({ backend }, options)),
    options: ofNetwork,
  },
  fit: {
    call: (options) => core.fit(model, merged({ backend, data, validation: data, epochs: 1 }, options)),
    options: {
      backend: 'other',
      data: 'other',
      shuffle: ['boolean', 'number'],
      prefetch: 'other',
      augment: 'function',
      optimizer: 'other',
      learningRateFactor: 'function',
      klWeight: ['number', 'function'],
      epochs: 'other',
      batch: 'other',
      microBatch: 'other',
      trainable: 'function',
      seed: 'other',
      state: 'other',
      validation: 'other',
      earlyStopping: 'other',
      onStep: 'function',
      onEpoch: 'function',
      onWarning: 'function',
      signal: 'other',
      ...knowledge,
    },
  },
  fourierFeatures: {
    call: (options) => core.sequential({ input: [2], layers: [core.fourierFeatures(merged({ units: 3 }, options))] }),
    options: { units: 'other', lengthScale: 'number', name: 'string' },
  },
  evaluate: {
    call: (options) =>
      core.evaluate(model, merged({ backend, parameters, data: { inputs, targets: [0] }, samples: 1 }, options)),
    options: {
      backend: 'other',
      samples: 'other',
      mode: 'other',
      moments: 'other',
      batch: 'other',
      posterior: 'other',
      noisePerRun: 'other',
      seed: 'other',
      signal: 'other',
      parameters: 'other',
      data: 'other',
      bins: 'other',
      topK: 'other',
      crps: 'boolean',
    },
  },
  fitPreprocessing: { call: (options) => core.fitPreprocessing(table, options), options: ofPreprocessing },
  flipout: { call: core.flipout, options: none },
  fuse: {
    call: (options) => core.fuse(core.bindBatch(program, 1), merged({ inputs: 4, outputs: 1 }, options)),
    options: { inputs: 'number', outputs: 'number' },
  },
  gaussianPrior: { call: core.gaussianPrior, options: { sigma: 'number' } },
  gaussianDropout: { call: core.gaussianDropout, options: { type: 'other', rate: 'number' } },
  gaussian: {
    call: core.gaussian,
    options: { variance: 'number', logVariance: 'number', beta: 'number', missing: 'other' },
  },
  binary: { call: core.binary, options: { missing: 'other', temperature: 'number' } },
  laplace: { call: core.laplace, options: { scale: 'number', logScale: 'number', missing: 'other' } },
  ordinal: { call: core.ordinal, options: { classes: 'other' } },
  poisson: { call: core.poisson, options: { missing: 'other' } },
  studentT: {
    call: core.studentT,
    options: { degreesOfFreedom: 'other', scale: 'number', logScale: 'number', missing: 'other' },
  },
  input: {
    call: (options) => core.input(merged({ shape: [2] }, options)),
    options: { shape: 'other', name: 'string', kind: 'other' },
  },
  isotonic: {
    call: (options) => core.isotonic(network, merged({ data: { inputs, targets: [0] } }, options)),
    options: { data: 'other', ...ofCalibration },
  },
  lion: {
    call: core.lion,
    options: { learningRate: 'number', beta1: 'number', beta2: 'number', weightDecay: 'number', decay: 'function' },
  },
  localReparametrization: { call: core.localReparametrization, options: none },
  lastLayerLaplace: {
    call: (options) => core.lastLayerLaplace(network, merged({ data: { inputs, targets: [0] } }, options)),
    options: { data: 'other', prior: 'number', covariance: 'other', batch: 'other', signal: 'other' },
  },
  layersFrom: {
    call: (options) => core.layersFrom(core.describeModel(model).layers, options),
    options: { parts: 'other' },
  },
  logUniformCubic: { call: core.logUniformCubic, options: none },
  logUniformExact: { call: core.logUniformExact, options: none },
  logUniformSigmoid: { call: core.logUniformSigmoid, options: none },
  mask: { call: (options) => core.mask(model, parameters, options), options: { threshold: 'number' } },
  meanField: { call: core.meanField, options: { logVariance: 'number' } },
  movingAverage: { call: core.movingAverage, options: { decay: 'number' } },
  multiply: { call: core.multiply, options: { name: 'string' } },
  model: {
    call: (options) => core.model(merged({ inputs: x, outputs: core.dense({ units: 2 })(x) }, options)),
    options: {
      inputs: 'other',
      outputs: 'other',
      noise: 'other',
      estimator: 'other',
      divergence: 'null',
      likelihood: 'other',
    },
  },
  modelFrom: {
    call: (options) => core.modelFrom(core.describeModel(model), options),
    options: { parts: 'other' },
  },
  noNoise: { call: core.noNoise, options: none },
  oneCycle: {
    call: (options) => core.oneCycle(3, options),
    options: { rise: 'number', start: 'number', final: 'number' },
  },
  momentsProgram: {
    call: (options) => core.momentsProgram(model, options),
    options: { approximate: 'boolean', covariance: 'boolean', posterior: 'other' },
  },
  predict: {
    call: (options) => core.predict(model, merged({ backend, parameters, inputs, samples: 1 }, options)),
    options: {
      backend: 'other',
      samples: 'other',
      mode: 'other',
      moments: 'other',
      batch: 'other',
      quantiles: 'other',
      posterior: 'other',
      noisePerRun: 'other',
      seed: 'other',
      row: 'other',
      signal: 'other',
      parameters: 'other',
      inputs: 'other',
    },
  },
  print: { call: (options) => core.print(program, options), options: { labels: 'boolean', constants: 'boolean' } },
  loadNetwork: {
    call: (options) => core.loadNetwork(new Blob([network.toBytes()]), merged({ backend }, options)),
    options: ofNetwork,
  },
  prune: {
    call: (options) => core.prune(model, parameters, options),
    options: { threshold: 'number', preserve: 'other' },
  },
  readTensors: {
    call: (options) => core.readTensors('[test] tensor', [], {}, merged({ remedy: 'Look here.' }, options)),
    options: { others: 'other', remedy: 'string' },
  },
  rmsprop: {
    call: core.rmsprop,
    options: { learningRate: 'number', decay: 'number', epsilon: 'number', momentum: 'number', centred: 'boolean' },
  },
  separateSamples: { call: core.separateSamples, options: none },
  selective: {
    call: (options) => core.selective(network, merged({ data: { inputs, targets: [0] }, coverage: 0.5 }, options)),
    options: { data: 'other', coverage: 'number', measure: 'other', ...ofCalibration },
  },
  sequential: {
    call: (options) => core.sequential(merged({ input: [2], layers: [core.dense({ units: 2 })] }, options)),
    options: {
      input: 'other',
      layers: 'other',
      noise: 'other',
      estimator: 'other',
      divergence: 'null',
      likelihood: 'other',
    },
  },
  sgd: { call: core.sgd, options: { learningRate: 'number', momentum: 'number', nesterov: 'boolean' } },
  singleSample: { call: core.singleSample, options: none },
  sparseVariational: { call: core.sparseVariational, options: { logVariance: 'number' } },
  sparsity: { call: (options) => core.sparsity(model, parameters, options), options: { threshold: 'number' } },
  structuredBayesianPruning: { call: core.structuredBayesianPruning, options: none },
  truncatedLogUniform: { call: core.truncatedLogUniform, options: none },
  validate: { call: (options) => core.validate(program, options), options: { allowEmpty: 'boolean' } },
  variationalDropout: {
    call: core.variationalDropout,
    options: { type: 'other', alpha: 'other', rate: 'number' },
  },
  warmStart: {
    call: (options) => core.warmStart(model, means, options),
    options: {
      logVariance: 'number',
      seed: 'other',
      optimizer: 'other',
      trainable: 'function',
    },
  },
  swag: { call: core.swag, options: { rank: 'other', from: 'other', every: 'other' } },
  temperatureScaling: {
    call: (options) => core.temperatureScaling(network, merged({ data: { inputs, targets: [0] } }, options)),
    options: { data: 'other', ...ofCalibration },
  },
  tableFromRows: {
    call: (options) => core.tableFromRows([[1], [2]], options),
    options: { header: 'other', source: 'string' },
  },
};
