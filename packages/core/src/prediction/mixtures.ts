import type { DistributionParameters } from '../distributions/distribution.js';

/** The distributions that the samples give each target: mixtures with equal weights. */
export interface Mixtures {
  /** The parameters of the components of the target with this index, one for each sample. The array is used again by the next call. */
  at(index: number): readonly DistributionParameters[];
}

const start = 'component/';

/** The mixtures of one output, of the outputs `component/<name>` `[samples, targets]` of `predictionProgram`. */
export function mixturesOf(outputs: Readonly<Record<string, Float32Array>>, targets: number): Mixtures {
  const found = Object.entries(outputs).filter(([name]) => name.startsWith(start));
  const samples = found[0][1].length / targets;
  const components = Array.from({ length: samples }, (): Record<string, number> => ({}));
  return {
    at(index) {
      components.forEach((parameters, sample) => {
        for (const [name, values] of found) parameters[name.slice(start.length)] = values[sample * targets + index];
      });
      return components;
    },
  };
}
