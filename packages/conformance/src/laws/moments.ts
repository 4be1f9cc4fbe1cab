import {
  type ClassificationPrediction,
  categorical,
  gaussian,
  type Likelihood,
  type Model,
  type NoiseModel,
  type RegressionPrediction,
  sequential,
  type TensorMap,
} from '@vardrop/core';
import { standardPoints } from '@vardrop/core/extend';
import { bindBatch, boundProgram, simplify } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { compareNorms } from '../compareNorms.js';
import { type DenseLayer, expectedMoments } from '../expectedMoments.js';
import { compareClassification, compareRegression } from '../expectedPrediction.js';
import type { Law, LawContext } from '../law.js';
import { randomParameters } from '../randomParameters.js';

const rows = 5;
const inputs = 3;
const widths = [6, 4];
const outputs = { labels: 3, values: 2 } as const;
const points = 6;

const likelihoods = { labels: categorical(), values: gaussian() } as const;

/** Noise by kind, and the variances that its parameters give, of weights θ or of factors of the inputs. */
interface Case {
  readonly name: string;
  readonly noise: (context: LawContext) => NoiseModel;
  readonly variances: (own: TensorMap, layer: string, weights: DenseLayer['weights']) => DenseLayer['noise'];
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const cases: readonly Case[] = [
  {
    name: 'independent variances of weights',
    noise: ({ models }) => models.sparseVariational(),
    variances: (own, layer, weights) => {
      const { data } = own[`${layer}/logVariance`];
      return {
        acts: 'weights',
        variances: weights.map((line, i) => line.map((_, j) => Math.exp(data[i * line.length + j]))),
      };
    },
  },
  {
    name: 'an α for each weight',
    noise: ({ models }) => models.variationalDropout({ type: 'B', alpha: 'weight' }),
    variances: (own, layer, weights) => {
      const { data } = own[`${layer}/rho`];
      return {
        acts: 'weights',
        variances: weights.map((line, i) => line.map((w, j) => sigmoid(data[i * line.length + j]) * w * w)),
      };
    },
  },
  {
    name: 'an α for each input',
    noise: ({ models }) => models.variationalDropout({ type: 'A', alpha: 'input' }),
    variances: (own, layer) => ({ acts: 'inputs', variances: Array.from(own[`${layer}/rho`].data, sigmoid) }),
  },
  {
    name: 'binary dropout',
    noise: ({ models }) => models.bernoulli({ rate: 0.2 }),
    variances: (_, __, weights) => ({ acts: 'inputs', variances: weights.map(() => 0.25) }),
  },
];

function modelOf(context: LawContext, { noise }: Case, targets: keyof typeof outputs): Model<Likelihood> {
  const { dense, none } = context.models;
  return sequential({
    input: [inputs],
    noise: noise(context),
    layers: [
      dense({ units: widths[0], activation: 'relu' }),
      dense({ units: widths[1], noise: none() }),
      dense({ units: widths[1], activation: 'relu' }),
      dense({ units: outputs[targets] }),
    ],
    likelihood: likelihoods[targets] as Likelihood,
  });
}

/** The layers in float64, as the law knows them. */
function layersOf(model: Model, parameters: TensorMap, { variances }: Case): readonly DenseLayer[] {
  return model.layers.map(({ name, parts }, l) => {
    const { shape, data } = parameters[`${name}/weights`];
    const weights = Array.from({ length: shape[0] }, (_, i) => [...data.subarray(i * shape[1], (i + 1) * shape[1])]);
    const quiet = parts?.[0].noise.acts === 'nowhere';
    return {
      weights,
      bias: [...parameters[`${name}/bias`].data],
      activation: l % 2 === 0 ? 'relu' : 'linear',
      noise: quiet ? { acts: 'nowhere' } : variances(parameters, name, weights),
    };
  });
}

async function checkCase(context: LawContext, each: Case, targets: keyof typeof outputs): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const model = modelOf(context, each, targets);
  const parameters = randomParameters(model, seed >>> 0);
  const x = Float32Array.from({ length: rows * inputs }, (_, i) => 1.5 * Math.cos(2.3 * i + 1));
  const layers = layersOf(model, parameters, each);
  const expected = Array.from({ length: rows }, (_, row) =>
    expectedMoments(layers, [...x.subarray(row * inputs, (row + 1) * inputs)]),
  );
  const mean = expected.flatMap((one) => one.mean);
  const variance = expected.flatMap((one) => one.variance);

  const source = models.momentsProgram(model);
  const program = simplify(boundProgram(bindBatch(source, rows)));
  const read = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
  const given = Object.fromEntries(read.map((name) => [name, name === 'x' ? x : parameters[name].data]));
  compareNorms(evaluate(program, { inputs: given }), { mean, variance }, ledger);
  // The programs of both are alike but for the number of outputs.
  if (targets === 'labels') await checkNodes(backend, program, { inputs: given, keys: {} }, ledger);

  const width = outputs[targets];
  const samples = standardPoints(points, width).map((point) =>
    Float64Array.from(mean, (m, i) => m + Math.sqrt(variance[i]) * point[i % width]),
  );
  // Sums of at most six terms in each of four layers, and functions of a few ulps between them.
  const largest = Math.max(...samples.flatMap((one) => Array.from(one, Math.abs)), 1);
  const wanted = { samples, error: 200 * 2 ** -24 * largest };
  for (const cut of [{}, { batch: 2, noisePerRun: 1 }]) {
    const options = { backend, parameters, inputs: x, samples: points, mode: 'moments', ...cut } as const;
    const found = await models.predict(model, options);
    const { supports } = backend;
    if (targets === 'labels')
      compareClassification(found as ClassificationPrediction, wanted, points, width, supports, ledger);
    else {
      const { data } = parameters['likelihood/logVariance'];
      compareRegression(found as RegressionPrediction, wanted, points, data, supports, ledger);
    }
  }
}

/** Predictions by moments in place of samples. */
export const moments: Law = {
  id: 'moments',
  statement:
    'mean and variance of a network’s outputs, carried through its layers in closed form, are those of float64, with the covariance of units that read the same noise; predictions by them are the averages over points of the outputs’ distribution; every node of the program is within its bound',
  async check(context) {
    for (const each of cases) {
      for (const targets of ['labels', 'values'] as const) {
        await checkOnce(context, `${targets}, ${each.name}`, () => checkCase(context, each, targets));
      }
    }
  },
};
