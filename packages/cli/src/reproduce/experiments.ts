import type { CreateExperiment } from '@vardrop/experiments';

/** The experiments of `vardrop reproduce`, in the order of `all`; loaded when they are wanted. */
export const experiments = {
  variance: async () => (await import('@vardrop/experiments')).variance,
  speed: async () => (await import('@vardrop/experiments')).speed,
  error: async () => (await import('@vardrop/experiments')).errorExperiment,
  sparsity: async () => (await import('@vardrop/experiments')).sparsityExperiment,
  uncertainty: async () => (await import('@vardrop/experiments')).uncertaintyExperiment,
} as const satisfies Readonly<Record<string, () => Promise<CreateExperiment>>>;

/** A name of {@link experiments}. */
export type ExperimentName = keyof typeof experiments;

/** The names of {@link experiments}, in their order. */
export const experimentNames = Object.keys(experiments) as readonly ExperimentName[];
