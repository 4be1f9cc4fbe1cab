import { gradients as differentiate } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { compareNorms } from '../compareNorms.js';
import { layerCases } from '../data/layers/index.js';
import type { Law, LawContext } from '../law.js';
import type { LayerCase } from '../layerCase.js';
import { asFloat32, boundPass, caseInputs, layerModel, layerPass } from '../layerModel.js';
import { checkSamples } from './layerSamples.js';
import { checkSharedLayers } from './sharedLayers.js';

/** The program of a case as core builds it, with its outputs and all gradients, and what the other library has for them. */
function layerProgram(given: LayerCase, makeLayer: LawContext['models']['layer']) {
  const built = layerModel(given, makeLayer);
  const { b, inputs, values, output, carried } = layerPass(built, given, given.training ? 'training' : 'mean');
  const loss = b.reduceSum(b.mul(output, b.input('cotangent', output.shape, 'iteration')));
  const wanted = [
    ...given.inputGradients.flatMap((data, i) =>
      data ? [{ of: inputs[i], name: `gradient of x${i + 1}`, data }] : [],
    ),
    ...Object.entries(given.parameterGradients).map(([own, data]) => ({
      ...{ of: values[own], name: `gradient of ${own}`, data },
    })),
  ];
  const found = differentiate(
    b,
    loss,
    wanted.map(({ of }) => of),
  );
  const expected: Record<string, readonly number[]> = { output: given.output.data };
  b.output('output', output);
  wanted.forEach(({ name, data }, i) => {
    b.output(name, found[i]);
    expected[name] = data;
  });
  for (const [own, data] of Object.entries(given.nextCarried ?? {})) {
    b.output(`next ${own}`, carried[own]);
    expected[`next ${own}`] = data;
  }
  const program = boundPass(b, given);
  return { program, inputs: caseInputs(program, built.owner, given, { cotangent: given.cotangent }), expected };
}

/** Layers are compared with another library's in float64, and node by node on the backend. */
export const layers: Law = {
  id: 'layers',
  statement:
    'the outputs of every layer and its gradients are those of PyTorch in float64; under sampled noise they are those of sampled weights, also where a layer is used twice; every node of them is within its bound on the backend',
  async check(context) {
    const { backend, effort, ledger, models } = context;
    const seen = new Set<string>();
    for (const given of layerCases) {
      // Compiling is what takes time on a backend. At `quick` one case of each layer is compiled.
      const compiled = effort !== 'quick' || !seen.has(given.layer);
      seen.add(given.layer);
      await checkOnce(context, `${given.layer}: ${given.name}`, async () => {
        const { program, inputs, expected } = layerProgram(given, models.layer);
        compareNorms(evaluate(program, { inputs }), expected, ledger);
        if (compiled) await checkNodes(backend, program, { inputs: asFloat32(inputs) }, ledger);
      });
    }
    await checkSamples(context);
    await checkSharedLayers(context);
  },
};
