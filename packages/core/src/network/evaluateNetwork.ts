import { checkOptionNames } from '../checkOptionNames.js';
import { type EvaluateOptions, type EvaluationOf, evaluateInUnits, evaluateOptionNames } from '../evaluation/index.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { datasetOf } from './dataOf.js';
import { type OutputKnowledge, scalesOf } from './finishPrediction.js';
import type { Network, NetworkEvaluateOptions } from './network.js';
import { networkOptionsElsewhere, withoutOwn } from './optionNames.js';
import { isTableOrRows, type TableOrRows } from './rows.js';

const { data: _, ...names } = withoutOwn(evaluateOptionNames);

/** `Network.evaluate`. `known` are the targets of each output. */
export async function evaluateNetwork<Given extends Likelihoods>(
  { model, backend, parameters, posterior, preprocessing, calibration }: Network<Given>,
  known: ReadonlyMap<string, OutputKnowledge>,
  data: EvaluateOptions['data'] | TableOrRows,
  options: NetworkEvaluateOptions,
): Promise<EvaluationOf<Given>> {
  checkOptionNames('network.evaluate', options, names, networkOptionsElsewhere);
  const read = isTableOrRows(data) ? datasetOf('network.evaluate', model, preprocessing, data) : data;
  const about = { ...options, backend, parameters, posterior, data: read };
  return evaluateInUnits(model, about, scalesOf(known), calibration);
}
