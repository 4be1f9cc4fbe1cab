import { type Estimator, VardropError } from '@vardrop/core';
import type { LinearPart } from '@vardrop/core/extend';
import { type BoundProgram, elementCount } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { evaluate } from '@vardrop/core/reference';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { compareNorms } from '../compareNorms.js';
import { layerCases } from '../data/layers/index.js';
import { referenceSources } from '../execute.js';
import type { LawContext } from '../law.js';
import type { LayerCase } from '../layerCase.js';
import { asFloat32, boundPass, caseInputs, type LayerModel, layerModel, layerPass } from '../layerModel.js';

/** A program of one forward pass, and the keys of its noise. */
function samplePass(built: LayerModel, given: LayerCase, seed: number) {
  const { b, output } = layerPass(built, given, 'sample');
  b.output('output', output);
  const program = boundPass(b, given);
  const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
  const keys = Object.fromEntries(names.map((name, i) => [name, { words: random.foldIn(random.key(seed), i) }]));
  return { program, keys };
}

/** The noise of a program by its key, as it is in float64, with the outputs. */
function observe(program: BoundProgram, given: Parameters<typeof evaluate>[1]) {
  const noises = program.nodes.flatMap((node, id) => (node.op === 'noise' ? [[node.key, id] as const] : []));
  const outputs = { ...program.outputs, ...Object.fromEntries(noises) };
  return evaluate({ ...program, outputs }, { ...given, ...referenceSources });
}

/**
 * The factors of one datapoint's weights, of the shape of the weights, under noise θ(1 + ε): as each estimator is to draw
 * them. `noise` gives the part's noise of that datapoint by name.
 */
function factors({ weightShape }: LinearPart, estimator: string, noise: (name: string) => ArrayLike<number>) {
  const epsilon = Array.from(noise('weights'));
  if (estimator !== 'flipout') return epsilon.map((value) => 1 + value);
  const signs = (name: string) => Array.from(noise(name), (uniform) => (uniform < 0.5 ? 1 : -1));
  const [inputs, outputs] = [signs('inputSigns'), signs('outputSigns')];
  const [rows, columns] = weightShape.slice(-2);
  const groups = inputs.length / rows;
  return epsilon.map((value, i) => {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns];
    // Columns of a group have rows of their own. Rows of a depthwise filter have columns of their own.
    const input = groups > 1 ? Math.floor((column * groups) / columns) * rows + row : row;
    const output = outputs.length > columns ? row * columns + column : column;
    return 1 + value * inputs[input] * outputs[output];
  });
}

/** A pass under noise is, for each datapoint, the pass without noise under weights that were sampled once. */
function checkPass(context: LawContext, given: LayerCase, estimator: Estimator): void {
  const { ledger, models, seed } = context;
  const noise = models.gaussianDropout({ type: 'B', rate: 0.5 });
  const built = layerModel(given, models.layer, { noise, estimator });
  const { program, keys } = samplePass(built, given, seed);
  const inputs = caseInputs(program, built.owner, given);
  const sampled = observe(program, { inputs, keys });
  const plain = layerPass(layerModel(given, models.layer), given, 'mean');
  plain.b.output('output', plain.output);
  const without = boundPass(plain.b, given);
  const rows = given.output.shape[0];
  const width = sampled.output.length / rows;
  for (let row = 0; row < rows; row++) {
    const weights = Object.fromEntries(
      (built.network.layers[0].parts ?? []).map((part) => {
        const prefix = part.name === '' ? '' : `${part.name}/`;
        const own = (name: string) => {
          const values = sampled[`${built.owner}/${prefix}${name}`];
          if (values === undefined) throw new Error(`${prefix}${name}: no noise is drawn`);
          const shared = name === 'weights' && estimator.name !== 'separate';
          const length = shared ? values.length : values.length / rows;
          return values.subarray(shared ? 0 : row * length, shared ? length : (row + 1) * length);
        };
        const means = given.parameters[`${prefix}weights`].data;
        const scale = factors(part, estimator.name, own);
        if (scale.length !== elementCount(part.weightShape))
          throw new Error(`${prefix}weights: ${scale.length} numbers drawn`);
        return [`${built.owner}/${prefix}weights`, means.map((mean, i) => mean * scale[i])];
      }),
    );
    const { output } = evaluate(without, { inputs: { ...caseInputs(without, built.owner, given), ...weights } });
    const at = [row * width, (row + 1) * width] as const;
    compareNorms({ output: sampled.output.subarray(...at) }, { output: output.subarray(...at) }, ledger);
  }
}

/** Whether a layer refuses an estimator, as layers do where it would be another model. */
function refuses(context: LawContext, given: LayerCase, estimator: Estimator): boolean {
  try {
    layerModel(given, context.models.layer, { noise: context.models.gaussianDropout({ type: 'B' }), estimator });
    return false;
  } catch (error) {
    if (error instanceof VardropError && error.code === 'VARDROP_COMBINATION') return true;
    throw error;
  }
}

/**
 * Every layer with weights, under noise on them. In float64, each estimator that samples weights gives a datapoint the
 * outputs of the layer under one sample of its weights, at whatever places they are used. On the backend, every node of these
 * programs and of those of noise on the inputs is within its bound.
 */
export async function checkSamples(context: LawContext): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const { bernoulli, flipout, gaussianDropout, local, separate, single } = models;
  const seen = new Set<string>();
  for (const given of layerCases) {
    if ((layerModel(given, models.layer).network.layers[0].parts ?? []).length === 0) continue;
    for (const estimator of [separate(), single(), flipout()]) {
      const property = `${given.layer}: ${given.name}, ${estimator.name}`;
      await checkOnce(context, property, async () => checkPass(context, given, estimator));
    }
    if (seen.has(given.layer)) continue;
    seen.add(given.layer);
    for (const estimator of [local(), separate(), single(), flipout()]) {
      if (estimator.name === 'local' && refuses(context, given, estimator)) continue;
      for (const noise of [gaussianDropout({ type: 'B' }), bernoulli()]) {
        if (estimator.refuses(noise) !== undefined) continue;
        await checkOnce(context, `${given.layer}, ${noise.name}, ${estimator.name}: node by node`, async () => {
          const built = layerModel(given, models.layer, { noise, estimator });
          const { program, keys } = samplePass(built, given, seed);
          await checkNodes(
            backend,
            program,
            { inputs: asFloat32(caseInputs(program, built.owner, given)), keys },
            ledger,
          );
        });
      }
    }
  }
}
