import { conformalLimit, measuresOf, rowUncertainty, type SelectiveMeasure } from '../calibration/index.js';
import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import {
  calibrationOptionNames,
  calibrationRows,
  checkCoverage,
  type NetworkCalibrationOptions,
  onlyHead,
  predictRows,
} from './calibrationRows.js';
import { changed } from './changed.js';
import type { Network } from './network.js';

/** Options of `selective`. */
export interface SelectiveOptions extends NetworkCalibrationOptions {
  /** The probability with which a new row is to be accepted, in (0, 1). Default: 0.9. */
  readonly coverage?: number;
  /**
   * What the uncertainty of a row is, summed over its outputs. For labels and binary targets `entropy` (of the predicted probabilities;
   * default), `mutualInformation` or `confidence` (1 minus the largest probability). For numbers `variance` (all of it; default) or
   * `epistemicVariance`, of standardized columns in their units.
   */
  readonly measure?: SelectiveMeasure;
}

const who = {
  name: 'selective',
  code: 'VARDROP_SELECTIVE',
  without: [],
  remedy: 'Use a network for each output.',
} as const;

/**
 * The network that says which rows it is sure enough of: predictions get `accepted`, 1 for rows whose uncertainty is not above a
 * threshold (El-Yaniv & Wiener 2010). The threshold is the rank of the given rows at which a new row like them is accepted with a
 * probability of at least `coverage`, as in `conformal`; targets are not read for it. `evaluate` gives the share and the error of
 * accepted rows. An earlier `selective` is replaced.
 *
 * Throws `VARDROP_SELECTIVE` for several outputs and for too few rows (it says how many are needed), `VARDROP_OPTION` for options that
 * are none, and what `evaluate` throws for data.
 */
export async function selective<Given extends Likelihoods>(
  network: Network<Given>,
  options: SelectiveOptions,
): Promise<Network<Given>> {
  checkOptionNames('selective', options, { ...calibrationOptionNames, coverage: true, measure: true });
  const { targets } = onlyHead(network, who).likelihood;
  const { coverage = 0.9, measure = measuresOf[targets][0] } = options;
  checkCoverage('selective', coverage);
  checkChoice('VARDROP_OPTION', '[selective] measure', measure, measuresOf[targets]);
  const data = await calibrationRows('selective', network, options);
  const uncertainties = rowUncertainty(await predictRows(network, options, data), measure);
  const threshold = conformalLimit(uncertainties, coverage, { who: who.name, code: who.code });
  const rule = { kind: 'selective', measure, coverage, threshold, rows: data.rows } as const;
  const others = network.calibration?.filter(({ kind }) => kind !== 'selective') ?? [];
  return changed(network, { calibration: [...others, rule] });
}
