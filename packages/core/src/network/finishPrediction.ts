import type { Model } from '../layers/model/model.js';
import { isNamed } from '../likelihoods/heads.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { BinaryPrediction, Prediction, PredictionOf } from '../prediction/index.js';
import type { TargetScales } from '../training/index.js';
import { inOwnUnits } from './ownUnits.js';
import type { HeadTargets } from './targetRules.js';

/** What a network knows of an output: the names of the classes of its labels, or the columns of its targets. */
export interface OutputKnowledge {
  readonly classes?: readonly string[];
  readonly targets?: HeadTargets;
}

/** The units of the targets of each output whose columns are known. */
export function scalesOf(known: ReadonlyMap<string, OutputKnowledge>): TargetScales {
  return new Map([...known].flatMap(([name, { targets }]) => (targets === undefined ? [] : [[name, targets.scale]])));
}

/** A prediction with the names of the labels beside them, and numbers in the units of their columns, as far as they are known. */
export function finishPrediction<Given extends Likelihoods>(
  model: Model<Given>,
  known: ReadonlyMap<string, OutputKnowledge>,
  prediction: PredictionOf<Given>,
): PredictionOf<Given> {
  const finish = (name: string, each: Prediction) => finishOne(known.get(name) ?? {}, each);
  // The likelihoods decide which predictions there are.
  if (!isNamed(model)) return finish(model.outputs[0].name, prediction as Prediction) as PredictionOf<Given>;
  return Object.fromEntries(
    Object.entries(prediction as Readonly<Record<string, Prediction>>).map(([name, each]) => [
      name,
      finish(name, each),
    ]),
  ) as PredictionOf<Given>;
}

function finishOne({ classes, targets }: OutputKnowledge, prediction: Prediction): Prediction {
  switch (prediction.kind) {
    case 'classification':
      return classes === undefined ? prediction : { ...prediction, labelNames: namesOf(prediction, [classes]) };
    case 'binary':
      return targets === undefined
        ? prediction
        : { ...prediction, labelNames: namesOf(prediction, categoriesOf(targets)) };
    case 'regression':
      return targets === undefined ? prediction : inOwnUnits(prediction, targets);
  }
}

/** The names of labels of columns with these categories, one column after the other. */
function namesOf({ labels }: Pick<BinaryPrediction, 'labels'>, columns: readonly (readonly string[])[]) {
  return Array.from(labels, (label, i) => columns[i % columns.length][label]);
}

function categoriesOf({ rules }: HeadTargets): readonly (readonly string[])[] {
  return rules.map((rule) => (rule.kind === 'category' ? rule.categories : []));
}
