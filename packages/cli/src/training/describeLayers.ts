import { logAlphas, type Model, sparsity, type TensorMap } from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import type { LayerReport } from '../report/trainingReport.js';

/**
 * What the report shows of each layer: sizes, learned α, and what pruning by it would remove. A layer with several linear maps has
 * an entry for each, such as `gru1/recurrent`, and one for parameters that belong to none of them.
 */
export function describeLayers(model: Model, parameters: TensorMap): readonly LayerReport[] {
  const alphas = logAlphas(model, parameters);
  const counts = learnsAlpha(model) ? sparsity(model, parameters).layers : {};
  const report = (name: string, kind: string, count: number): LayerReport => {
    const logAlpha = alphas[name];
    const pruned = counts[name];
    return {
      name,
      kind,
      parameters: count,
      ...(logAlpha && {
        alpha: { values: logAlpha.values.map(Math.exp), granularity: logAlpha.granularity ?? 'layer' },
      }),
      ...(pruned && { sparsity: pruned.sparsity }),
    };
  };
  return model.layers.flatMap((layer) => {
    const all = countOf(layer.parameters);
    const parts = modelParts({ layers: [layer] }).filter(({ name }) => name !== layer.name);
    const ofParts = parts.map(({ name, part }) => report(name, layer.kind, countOf(part.parameters)));
    const rest = all - ofParts.reduce((sum, { parameters }) => sum + parameters, 0);
    // Layers without parameters, such as pooling, have nothing to show.
    return rest > 0 ? [report(layer.name, layer.kind, rest), ...ofParts] : ofParts;
  });
}

function countOf(parameters: readonly { readonly shape: readonly number[] }[]): number {
  return parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Share of all weights that pruning at the usual threshold would remove; 0 where no α is learned. */
export function totalSparsity(model: Model, parameters: TensorMap): number {
  return learnsAlpha(model) ? sparsity(model, parameters).total.sparsity : 0;
}

function learnsAlpha(model: Model): boolean {
  return modelParts(model).some(({ part }) => part.noise.logAlpha !== undefined);
}
