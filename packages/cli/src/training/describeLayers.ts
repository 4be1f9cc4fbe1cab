import { logAlphas, type Model, sparsity, type TensorMap } from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import type { LayerReport } from '../report/trainingReport.js';

/** What the report shows of each layer: sizes, learned α, and what pruning by it would remove. */
export function describeLayers(model: Model, parameters: TensorMap): readonly LayerReport[] {
  const alphas = logAlphas(model, parameters);
  const counts = learnsAlpha(model) ? sparsity(model, parameters).layers : {};
  return model.layers.map((layer) => {
    const logAlpha = alphas[layer.name];
    const count = counts[layer.name];
    return {
      name: layer.name,
      kind: layer.kind,
      parameters: layer.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0),
      ...(logAlpha && {
        alpha: { values: logAlpha.values.map(Math.exp), granularity: logAlpha.granularity ?? 'layer' },
      }),
      ...(count && { sparsity: count.sparsity }),
    };
  });
}

/** Share of all weights that pruning at the usual threshold would remove; 0 where no α is learned. */
export function totalSparsity(model: Model, parameters: TensorMap): number {
  return learnsAlpha(model) ? sparsity(model, parameters).total.sparsity : 0;
}

function learnsAlpha(model: Model): boolean {
  return modelParts(model).some(({ part }) => part.noise.logAlpha !== undefined);
}
