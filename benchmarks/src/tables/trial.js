import { adam, evaluate, fit, fitPreprocessing, inputNames, preprocess, targetUnits } from '@vardrop/core';
import { split } from '@vardrop/data';
import { modelOf } from './methods.js';

/** Draws of the noise for each test row. */
const samples = 100;

/** @typedef {Readonly<Record<string, number>>} Metrics */

/**
 * One split of a table: the rules of its columns come from the training part alone.
 *
 * @param {import('@vardrop/core').Table} table
 * @param {import('./tasks.js').Task} task
 * @param {number} seed
 */
export function splitOf(table, { target, kind }, seed) {
  const classes = kind === 'binary' || kind === 'labels';
  const parts = split(table, {
    parts: { train: 0.7, validation: 0.1, test: 0.2 },
    seed,
    ...(classes && { stratify: target }),
  });
  const kinds = classes ? {} : { [target]: kind === 'counts' ? 'counts' : 'number' };
  const preprocessing = fitPreprocessing(parts.train, { targets: target, kinds });
  return {
    ...{ seed, inputs: inputNames(preprocessing).length, units: targetUnits(preprocessing) },
    train: preprocess(preprocessing, parts.train),
    validation: preprocess(preprocessing, parts.validation),
    test: preprocess(preprocessing, parts.test),
  };
}

/**
 * Trains one network on a split, and evaluates it. The state with the best NLL of the validation part is kept, for all methods alike.
 *
 * @param {import('@vardrop/core').Backend} backend
 * @param {import('./tasks.js').Task} task
 * @param {import('./methods.js').Method} method
 * @param {ReturnType<typeof splitOf>} data
 * @param {{ rate: number, part: 'validation' | 'test' }} options `part` is what it is evaluated on
 */
export async function runTrial(backend, task, method, data, { rate, part }) {
  const { epochs, patience, batch } = task;
  const model = modelOf(method, task, { inputs: data.inputs, rate });
  const begin = performance.now();
  const { state, history } = await fit(model, {
    ...{ backend, data: data.train, validation: data.validation, epochs, batch, seed: data.seed },
    optimizer: adam({ learningRate: 0.005 }),
    earlyStopping: { patience },
  });
  const seconds = (performance.now() - begin) / 1000;
  const { parameters } = state;
  const evaluation = await evaluate(model, {
    backend,
    parameters,
    data: data[part],
    samples,
    crps: false,
    seed: data.seed,
  });
  const weights = Object.values(parameters).reduce((sum, { data: values }) => sum + values.length, 0);
  const about = { parameters: weights, epochs: history.length, seconds };
  return { ...metricsOf(evaluation, data.units), ...about };
}

/**
 * In the units of the target's column.
 *
 * @param {import('@vardrop/core').Evaluation} evaluation
 * @param {import('@vardrop/core').TargetUnits} units
 * @returns {Metrics}
 */
function metricsOf(evaluation, units) {
  switch (evaluation.kind) {
    case 'classification':
      return { nll: evaluation.nll, error: evaluation.error, ece: evaluation.ece };
    case 'binary':
      return { nll: evaluation.nll, error: evaluation.error, ece: evaluation.ece, auroc: evaluation.areaUnderRocCurve };
    case 'regression': {
      const [half, most] = evaluation.intervals ?? [];
      const [rmse, width50, width90] = units.deviations([evaluation.rmse, half.width, most.width]);
      const nll = units.negativeLogLikelihood(evaluation.nll);
      return { nll, rmse, coverage50: half.coverage, width50, coverage90: most.coverage, width90 };
    }
  }
}
