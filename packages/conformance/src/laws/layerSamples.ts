import { type Estimator, type NoiseModel, VardropError } from '@vardrop/core';
import { evaluate } from '@vardrop/core/reference';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { compareNorms } from '../compareNorms.js';
import { layerCases } from '../data/layers/index.js';
import type { LawContext } from '../law.js';
import type { LayerCase } from '../layerCase.js';
import { asFloat32, boundPass, caseInputs, type LayerModel, layerModel, layerPass } from '../layerModel.js';
import { noiseKeysOf, observe } from '../observe.js';
import { sampleFactors } from '../sampleFactors.js';

interface Sampling {
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
}

/** A program of one forward pass, and the keys of its noise. */
function samplePass(built: LayerModel, given: LayerCase, seed: number) {
  const { b, output } = layerPass(built, given, 'sample');
  b.output('output', output);
  const program = boundPass(b, given);
  return { program, keys: noiseKeysOf(program, seed) };
}

/**
 * A pass under noise is, for each datapoint, the pass without noise under weights that were sampled once. Noise on the inputs
 * multiplies the rows of the weights.
 */
function checkPass({ ledger, models, seed }: LawContext, given: LayerCase, sampling: Sampling): void {
  const built = layerModel(given, models.layer, sampling);
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
        const prefix = part.name === '' ? built.owner : `${built.owner}/${part.name}`;
        const scale = sampleFactors(part, (name) => sampled[`${prefix}/${name}`], row, rows);
        const means = given.parameters[part.name === '' ? 'weights' : `${part.name}/weights`].data;
        return [`${prefix}/weights`, means.map((mean, i) => mean * scale[i])];
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
 * Every layer with weights, under noise on them and on its inputs. In float64, each estimator that samples weights gives a
 * datapoint the outputs of the layer under one sample of its weights, at whatever places they are used. On the backend, every node
 * of these programs is within its bound; at effort `quick` of one of them for each layer and kind of noise.
 */
export async function checkSamples(context: LawContext): Promise<void> {
  const { backend, effort, ledger, models, seed } = context;
  const { bernoulli, flipout, gaussianDropout, local, separate, single } = models;
  const seen = new Set<string>();
  for (const given of layerCases) {
    if ((layerModel(given, models.layer).network.layers[0].parts ?? []).length === 0) continue;
    for (const estimator of [separate(), single(), flipout()]) {
      const noise = gaussianDropout({ type: 'B', rate: 0.5 });
      const property = `${given.layer}: ${given.name}, ${estimator.name}`;
      await checkOnce(context, property, async () => checkPass(context, given, { noise, estimator }));
    }
    for (const estimator of [separate(), single()]) {
      const noise = gaussianDropout({ type: 'A', rate: 0.5 });
      const property = `${given.layer}: ${given.name}, factors on the inputs, ${estimator.name}`;
      await checkOnce(context, property, async () => checkPass(context, given, { noise, estimator }));
    }
    if (seen.has(given.layer)) continue;
    seen.add(given.layer);
    for (const estimator of [local(), separate(), single(), flipout()]) {
      if (estimator.name === 'local' && refuses(context, given, estimator)) continue;
      for (const noise of [gaussianDropout({ type: 'B' }), bernoulli()]) {
        if (estimator.refuses(noise) !== undefined) continue;
        // At `quick` one pass under each kind of noise is compiled for each layer.
        const usual = noise.acts === 'weights' ? 'flipout' : 'separate';
        if (effort === 'quick' && estimator.name !== usual) continue;
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
