/** The metadata of network files, which are texts. All but the first four are JSON, and are left out where there is none. */
export const networkMetadata = {
  /** Version of the file's form. */
  format: 'vardrop.network',
  library: 'vardrop.library',
  /** Of the library. */
  version: 'vardrop.version',
  /** As `describeModel` gives it; JSON. */
  model: 'vardrop.model',
  /** Names of classes and columns are in it. */
  preprocessing: 'vardrop.preprocessing',
  classes: 'vardrop.classes',
  columns: 'vardrop.columns',
  /** Kind and settings of a posterior, whose tensors have names under `posterior/`. */
  posterior: 'vardrop.posterior',
  /** What is done with finished predictions, a list of rules. */
  calibration: 'vardrop.calibration',
  /** The data that the network was trained on: number and digests of rows. */
  trainedOn: 'vardrop.trainedOn',
} as const;

/** The version that is written, and the latest that is read. */
export const networkFormat = 1;
