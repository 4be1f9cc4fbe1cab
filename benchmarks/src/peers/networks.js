import * as core from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import { createMinibatch } from '../networks/networks.js';

/**
 * A classifier: `convolutions` layers of 5 × 5 filters, each with ReLU and maxima over 2 × 2, then dense layers with ReLU.
 *
 * @typedef {{ input: readonly number[], convolutions: number, units: readonly number[], batch: number }} PeerNetwork
 */

const hidden = [500, 500, 500, 10];

/** @type {Record<string, PeerNetwork>} */
export const peerNetworks = {
  W: { input: [784], convolutions: 0, units: hidden, batch: 1000 },
  'batch 100': { input: [784], convolutions: 0, units: hidden, batch: 100 },
  'LeNet-300-100': { input: [784], convolutions: 0, units: [300, 100, 10], batch: 500 },
  'batch 1': { input: [784], convolutions: 0, units: hidden, batch: 1 },
  'LeNet-5': { input: [28, 28, 1], convolutions: 2, units: [20, 50, 500, 10], batch: 100 },
};

/** The model of a network. @param {PeerNetwork} network @param {boolean} noise */
export function modelOf({ input, convolutions, units }, noise) {
  const layers = units.flatMap((count, i) => {
    const activation = /** @type {'relu' | 'linear'} */ (i < units.length - 1 ? 'relu' : 'linear');
    if (i >= convolutions) return [core.dense({ units: count, activation })];
    const pair = [core.conv2d({ filters: count, size: 5, activation }), core.maxPooling2d()];
    return i === convolutions - 1 ? [...pair, core.flatten()] : pair;
  });
  const variational = {
    noise: core.sparseVariational(),
    estimator: core.localReparametrization(),
    divergence: core.logUniformSigmoid(),
  };
  return core.sequential({ input, layers, likelihood: core.categorical(), ...(noise ? variational : {}) });
}

/**
 * A training step of a network, which reads the loss, on a minibatch that stays; and the program that the backend compiled.
 *
 * @param {core.Backend<any>} backend @param {string} name @param {boolean} noise
 */
export async function createNetworkStep(backend, name, noise) {
  const network = peerNetworks[name];
  const [model, optimizer] = [modelOf(network, noise), core.adam()];
  /** @type {import('@vardrop/core/program').BoundProgram[]} */
  const programs = [];
  const noting = {
    ...backend,
    compile(/** @type {import('@vardrop/core/program').BoundProgram} */ program) {
      programs.push(program);
      return backend.compile(program);
    },
  };
  const trainer = createTrainer(model, { backend: noting, optimizer, state: core.initialState(model, optimizer, 1) });
  const minibatch = createMinibatch(network.input, network.batch);
  const run = () => trainer.run(minibatch, { learningRateFactor: 1, klScale: 1 / 60000 });
  await run();
  return { run, program: programs[0], trainer };
}
