import type { ExperimentSetting } from './experiment.js';

/** The names of a setting's properties. */
export const settingNames: Readonly<Record<keyof ExperimentSetting, true>> = { data: true, quick: true, seed: true };
