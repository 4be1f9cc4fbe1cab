import { fitIsotonic, type IsotonicMap, isotonicMaps } from '../calibration/index.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { BinaryPrediction, ClassificationPrediction } from '../prediction/index.js';
import { elementCount } from '../program/shapes.js';
import {
  calibrationOptionNames,
  calibrationRows,
  type NetworkCalibrationOptions,
  onlyHead,
  predictRows,
} from './calibrationRows.js';
import { changed } from './changed.js';
import type { Network } from './network.js';

const who = {
  name: 'isotonic',
  code: 'VARDROP_ISOTONIC',
  without: ['values', 'counts'],
  remedy: "For numbers use conformal with the score 'quantile', and a network for each output.",
} as const;

/**
 * The network with probabilities that go through the function that never falls and fits the given rows best (isotonic regression;
 * Zadrozny & Elkan 2002): for binary targets one for each output; of several classes each is calibrated against all others, then
 * they are divided by their sum. It needs more rows than a temperature, some thousands, and may give probabilities of 0 and 1, under
 * which the NLL of new rows may be infinite. `mutualInformation` of predictions stays that of the samples. Rows count by their weights.
 * Earlier rules of `isotonic`, `conformal` and `selective` are removed, since they hold for other probabilities.
 *
 * Throws `VARDROP_ISOTONIC` for numbers, several outputs, and an output without known targets; `VARDROP_OPTION` for options that
 * are none; and what `evaluate` throws for data.
 */
export async function isotonic<Given extends Likelihoods>(
  network: Network<Given>,
  options: NetworkCalibrationOptions,
): Promise<Network<Given>> {
  checkOptionNames('isotonic', options, calibrationOptionNames);
  const head = onlyHead(network, who);
  const data = await calibrationRows('isotonic', network, options);
  const plain = changed(network, { calibration: undefined });
  const prediction = (await predictRows(plain, options, data)) as ClassificationPrediction | BinaryPrediction;
  const { probabilities, rows } = prediction;
  const width = probabilities.length / rows;
  const count = isotonicMaps(head.likelihood.targets, elementCount(head.targetShape));
  const known = data.targets[head.output.name];
  // Of two classes the second one says all.
  const first = width - count;
  const maps = Array.from({ length: count }, (_, i): IsotonicMap => {
    const column = first + i;
    const targets = Float64Array.from({ length: rows }, (_, row) =>
      known.length === rows * width ? known[row * width + column] : Number(known[row] === column),
    );
    const present = Array.from(targets.keys()).filter((row) => !Number.isNaN(targets[row]));
    const weights = present.map((row) => data.weights?.[row] ?? 1);
    if (!weights.some((weight) => weight > 0)) throw without(column);
    return fitIsotonic(
      present.map((row) => probabilities[row * width + column]),
      present.map((row) => targets[row]),
      weights,
    );
  });
  return changed(network, { calibration: [{ kind: 'isotonic', maps, rows }] });
}

function without(column: number): VardropError {
  return new VardropError(
    'VARDROP_ISOTONIC',
    `[isotonic] targets: got only missing ones in column ${column}, needs at least one, in a row with a weight. Leave the output out.`,
  );
}
