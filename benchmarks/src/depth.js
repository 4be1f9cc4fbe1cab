import { pathToFileURL } from 'node:url';
import { adam, dense, sequential, sparseVariational } from '@vardrop/core';
import { trainingProgram } from '@vardrop/core/extend';
import { createBuilder } from '@vardrop/core/program';
import { option } from './commandLine.js';
import { nodeBackends, timeStages, timeSteps } from './stages.js';

// How long deep programs take until they run: nodes against milliseconds, for each stage and each backend. After a build:
//   node benchmarks/src/depth.js [--layers 50,100,200] [--chain 1000,10000,100000] [--backends reference,onnx:native,…]

const numbers = (/** @type {string} */ text) => (text === '' ? [] : text.split(',').map(Number));

/** A chain of elementwise nodes. @param {number} nodes */
function chain(nodes) {
  const b = createBuilder('chain');
  let value = b.input('x', [4]);
  for (let i = 0; i < nodes; i++) value = b.tanh(value);
  b.output('y', value);
  return b.build();
}

/** Dense layers of 16 units with sparse variational dropout. @param {number} layers */
const network = (layers) =>
  sequential({
    input: [16],
    noise: sparseVariational(),
    layers: Array.from({ length: layers }, () => dense({ units: 16, activation: 'relu' })),
  });

async function main() {
  const layers = numbers(option('--layers', '50,100,200'));
  const chains = numbers(option('--chain', '1000,10000,100000'));
  const names = option('--backends', Object.keys(nodeBackends).join()).split(',');
  console.log("Core's stages, milliseconds: chains of elementwise nodes, then training steps of dense layers");
  console.table(chains.map((nodes) => timeStages(() => chain(nodes))));
  console.table(layers.map((count) => timeStages(() => trainingProgram(network(count), adam()))));
  const rows = [];
  for (const name of names)
    for (const count of layers)
      rows.push({ backend: name, layers: count, ...(await timeSteps(name, network(count), 10, 0)) });
  console.table(rows);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
