import type { ExperimentSetting } from './experiment.js';

/** The names of what a setting holds. */
export const settingNames: Readonly<Record<keyof ExperimentSetting, true>> = { data: true, quick: true, seed: true };
