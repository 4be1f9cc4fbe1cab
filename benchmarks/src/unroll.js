import { adam, dense, gru, sequential, sparseVariational } from '@vardrop/core';
import { trainingProgram } from '@vardrop/core/extend';
import { option } from './commandLine.js';
import { nodeBackends, timeStages, timeSteps } from './stages.js';

// How long sequences take until they run, unrolled: a GRU on 16 features, sparse variational dropout under flipout, Adam,
// minibatches of 10, for each stage and each backend. After a build:
//   node benchmarks/src/unroll.js [--steps 28,100,200,400] [--units 32] [--backends tfjs:wasm,onnx:wasm]

/** @param {number} steps @param {number} units */
const network = (steps, units) =>
  sequential({
    input: [steps, 16],
    noise: sparseVariational(),
    layers: [gru({ units }), dense({ units: 16 })],
  });

const lengths = option('--steps', '28,100,200,400').split(',').map(Number);
const units = Number(option('--units', '32'));
const names = option('--backends', 'tfjs:wasm,onnx:wasm').split(',');
console.log(`A GRU of ${units} units by the number of steps. Core's stages, milliseconds`);
const stages = lengths.map((steps) => ({
  steps,
  ...timeStages(() => trainingProgram(network(steps, units), adam())),
}));
console.table(stages);
const rows = [];
for (const name of names) {
  if (!Object.hasOwn(nodeBackends, name)) throw new Error(`Unknown backend ${name}`);
  for (const steps of lengths)
    rows.push({ backend: name, steps, ...(await timeSteps(name, network(steps, units), 10, 9)) });
}
console.table(rows);
