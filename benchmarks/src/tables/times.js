import { fit } from '@vardrop/core';
import { modelOf } from './methods.js';

/**
 * What noise costs: parameters of each method, and the time of an epoch: the least of all, over rounds in turns, since
 * other programs only add to it.
 *
 * @param {import('@vardrop/core').Backend} backend
 * @param {import('./tasks.js').Task} task
 * @param {Readonly<Record<string, import('./methods.js').Method>>} methods
 * @param {ReturnType<typeof import('./trial.js').splitOf>} data
 */
export async function measureTimes(backend, task, methods, data) {
  const [rounds, epochs] = [7, 20];
  const names = Object.keys(methods);
  const parameters = new Map();
  const milliseconds = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      const model = modelOf(methods[name], task, { inputs: data.inputs, rate: 0.1 });
      const { state, history } = await fit(model, { backend, data: data.train, epochs, batch: task.batch });
      parameters.set(
        name,
        Object.values(state.parameters).reduce((sum, { data: values }) => sum + values.length, 0),
      );
      milliseconds.get(name)?.push(...history.map(({ seconds }) => 1000 * seconds));
    }
  return names.map((name) => ({
    name,
    parameters: parameters.get(name),
    epoch: Math.min(...(milliseconds.get(name) ?? [])),
  }));
}
