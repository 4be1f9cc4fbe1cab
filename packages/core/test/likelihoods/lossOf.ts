import type { Likelihood } from '../../src/likelihoods/index.js';
import { createBuilder } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { evaluate } from '../../src/reference/index.js';

/** What training minimizes for each row, `−log p` of each row, and the gradient of the first in the outputs, in float64. */
export function lossOf(
  likelihood: Likelihood,
  outputShape: readonly number[],
  output: readonly number[],
  target: readonly number[],
): { readonly loss: Float64Array; readonly nll: Float64Array; readonly gradient: Float64Array } {
  const rows = output.length / outputShape.reduce((product, length) => product * length, 1);
  const b = createBuilder('likelihood');
  const y = b.input('output', [rows, ...outputShape]);
  const t = b.input('target', [rows, ...likelihood.targetShape(outputShape)]);
  const loss = (likelihood.trainingLoss ?? likelihood.negativeLogLikelihood)(b, y, t, {});
  b.output('loss', loss);
  b.output('nll', likelihood.negativeLogLikelihood(b, y, t, {}));
  b.output('gradient', gradients(b, b.reduceSum(loss), [y])[0]);
  const { loss: found, nll, gradient } = evaluate(b.build(), { inputs: { output, target } });
  return { loss: found, nll, gradient };
}
