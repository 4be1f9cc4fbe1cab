/**
 * What is predicted in each public table. Sources and licences: benchmarks/tables/README.md.
 *
 * @typedef {object} Task
 * @property {string} target the column
 * @property {'values' | 'counts' | 'binary' | 'labels'} kind of the targets
 * @property {number} outputs of the network, without variances
 * @property {string} about one line
 * @property {number} epochs at most
 * @property {number} patience epochs without an improvement on the validation part
 * @property {number} batch
 */

const small = { epochs: 300, patience: 40, batch: 32 };

/** @type {Readonly<Record<string, Task>>} */
export const tasks = {
  cars: { target: 'Miles_per_Gallon', kind: 'values', outputs: 1, about: 'miles per gallon, 398 rows', ...small },
  diabetes: { target: 'target', kind: 'values', outputs: 1, about: 'progression after a year, 442 rows', ...small },
  breastCancer: { target: 'target', kind: 'binary', outputs: 1, about: 'benign or malignant, 569 rows', ...small },
  wine: { target: 'target', kind: 'labels', outputs: 3, about: 'one of three cultivars, 178 rows', ...small },
  doctorVisits: {
    ...{ target: 'mdvis', kind: 'counts', outputs: 1, about: 'visits in a year, 4,000 rows' },
    ...{ epochs: 60, patience: 10, batch: 128 },
  },
};
