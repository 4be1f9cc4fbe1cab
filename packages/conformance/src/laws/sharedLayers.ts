import { type Estimator, input, type Model, model, type NoiseModel, type SharedNoise } from '@vardrop/core';
import {
  type BoundProgram,
  bindBatch,
  boundProgram,
  createBuilder,
  elementCount,
  simplify,
} from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { evaluate } from '@vardrop/core/reference';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { compareNorms } from '../compareNorms.js';
import type { LawContext } from '../law.js';
import { noiseKeysOf, observe } from '../observe.js';
import { sampleFactors } from '../sampleFactors.js';

const rows = 2;
const units = 2;
/** Shape of one datapoint. */
const shapes = { dense: [3], gru: [3, 4] } as const;

interface SharedCase {
  readonly layer: keyof typeof shapes;
  readonly sharedNoise: SharedNoise;
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
}

/** A layer that is used twice, with the outputs `first` and `second`. */
function twice({ models }: LawContext, { layer, ...options }: SharedCase): Model {
  const inputs = ['x1', 'x2'].map((name) => input({ name, shape: shapes[layer] }));
  const shared = models.layer(layer, { ...options, units, name: 'shared' });
  return model({ inputs, outputs: { first: shared(inputs[0]), second: shared(inputs[1]) } });
}

function pass(network: Model, mode: 'mean' | 'sample'): BoundProgram {
  const b = createBuilder('a layer used twice');
  const inputs = Object.fromEntries(
    network.inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape], 'iteration')]),
  );
  const parameters = Object.fromEntries(network.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  const { outputs } = network.forward(b, inputs, parameters, mode);
  for (const [name, value] of Object.entries(outputs)) b.output(name, value);
  return simplify(boundProgram(bindBatch(b.build(), rows)));
}

/** Values of inputs and parameters, float32 numbers that differ from each other. */
function valuesOf({ inputs, parameters }: Model, seed: number): Record<string, Float32Array> {
  const all = [...inputs.map(({ name, shape }) => ({ name, shape: [rows, ...shape] })), ...parameters];
  return Object.fromEntries(
    all.map(({ name, shape }, i) => [name, random.normal(random.foldIn(random.key(seed), i), elementCount(shape))]),
  );
}

/** Both uses are, for each datapoint, the pass without noise under a sample of the weights: the same one, or each its own. */
function checkUses(context: LawContext, given: SharedCase): void {
  const { ledger, models, seed } = context;
  const network = twice(context, given);
  const values = valuesOf(network, seed);
  const program = pass(network, 'sample');
  const sampled = observe(program, { inputs: values, keys: noiseKeysOf(program, seed) });
  const without = pass(twice(context, { ...given, noise: models.none() }), 'mean');
  const uses = { first: 'shared', second: given.sharedNoise === 'once' ? 'shared' : 'shared#2' } as const;
  for (const [output, noiseOf] of Object.entries(uses)) {
    for (let row = 0; row < rows; row++) {
      const weights = Object.fromEntries(
        (network.layers[0].parts ?? []).map((part) => {
          const prefix = part.name === '' ? '' : `${part.name}/`;
          const scale = sampleFactors(part, (name) => sampled[`${noiseOf}/${prefix}${name}`], row, rows);
          const name = `shared/${prefix}weights`;
          return [name, Float64Array.from(values[name], (mean, i) => mean * scale[i])];
        }),
      );
      const found = evaluate(without, { inputs: { ...values, ...weights } });
      const width = sampled[output].length / rows;
      const at = [row * width, (row + 1) * width] as const;
      compareNorms({ [output]: sampled[output].subarray(...at) }, { [output]: found[output].subarray(...at) }, ledger);
    }
  }
}

/** A layer that is used twice draws its noise once or anew, as its option says, in every datapoint and part. */
export async function checkSharedLayers(context: LawContext): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const { flipout, gaussianDropout, separate, single } = models;
  const [weights, inputs] = [gaussianDropout({ type: 'B', rate: 0.5 }), gaussianDropout({ type: 'A', rate: 0.5 })];
  for (const sharedNoise of ['once', 'anew'] as const) {
    const cases: readonly SharedCase[] = [
      ...[separate(), single(), flipout()].map(
        (estimator) => ({ layer: 'dense', sharedNoise, noise: weights, estimator }) as const,
      ),
      { layer: 'dense', sharedNoise, noise: inputs, estimator: separate() },
      { layer: 'gru', sharedNoise, noise: weights, estimator: flipout() },
      { layer: 'gru', sharedNoise, noise: inputs, estimator: separate() },
    ];
    for (const each of cases) {
      const property = `${each.layer} used twice, ${each.noise.name}, ${each.estimator.name}, noise ${sharedNoise}`;
      await checkOnce(context, property, async () => checkUses(context, each));
    }
    await checkOnce(context, `dense used twice, noise ${sharedNoise}: node by node`, async () => {
      const network = twice(context, cases[2]);
      const program = pass(network, 'sample');
      const keys = noiseKeysOf(program, seed);
      await checkNodes(backend, program, { inputs: valuesOf(network, seed), keys }, ledger);
    });
  }
}
