import { adam, initialState } from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import { createWorkload, createMinibatch as workloadMinibatch, workloadW } from '@vardrop/experiments';
import { pageBackends } from '../../../scripts/pageBackends.js';
import { createMinibatch, networks, scales } from '../networks/networks.js';

/** @typedef {'lenet' | 'W'} Task */

/** What is trained: LeNet-5 on minibatches of 32, or workload W. @type {Record<Task, () => any>} */
const tasks = {
  lenet() {
    const model = networks.lenet.model();
    const optimizer = adam();
    return {
      model,
      optimizer,
      state: initialState(model, optimizer, 1),
      minibatch: createMinibatch(model.inputShape, 32),
    };
  },
  W: () => ({ ...createWorkload(workloadW, true), minibatch: workloadMinibatch(workloadW) }),
};

/**
 * Creates a backend, and takes steps on one minibatch. Calls `enter` as each phase begins. Gives how long each took.
 *
 * @param {string} name of a backend of a page
 * @param {Task} task
 * @param {number} steps
 * @param {(phase: string) => void} [enter]
 * @param {object} [options] of the backend
 */
export async function train(name, task, steps, enter = () => undefined, options = {}) {
  const create = /** @type {Record<string, (options: object) => Promise<import('@vardrop/core').Backend>>} */ (
    pageBackends
  )[name];
  /** @type {Record<string, number>} */
  const seconds = {};
  let phase = '';
  let began = performance.now();
  const begin = (/** @type {string} */ next) => {
    const now = performance.now();
    if (phase) seconds[phase] = (seconds[phase] ?? 0) + (now - began) / 1000;
    [phase, began] = [next, now];
    enter(next);
  };
  begin('creation');
  const backend = await create(options);
  const { model, minibatch, ...parts } = tasks[task]();
  begin('core');
  /** @type {import('@vardrop/core').Backend} */
  const noting = {
    ...backend,
    async compile(program) {
      begin('compilation');
      const executable = await backend.compile(program);
      begin('first step');
      return executable;
    },
  };
  const trainer = createTrainer(model, { backend: noting, ...parts });
  const losses = [];
  for (let step = 0; step < steps; step++) {
    losses.push((await trainer.run(minibatch, scales)).loss);
    begin('further steps');
  }
  begin('end');
  trainer.dispose();
  await backend.close();
  begin('');
  return { seconds, losses };
}
