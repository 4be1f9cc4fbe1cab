import { keyNames } from '@vardrop/core/extend';
import * as random from '@vardrop/core/random';
import { chunkRows } from '../chunkRows.js';
import type { TrialContext } from '../experiment.js';
import { drawMinibatch } from '../minibatch.js';
import { type EstimatorName, estimatorNames, network } from '../paperNetwork.js';
import { list, number, type Pattern, record } from '../resultPatterns.js';
import { createSpreadMeter, type Spread, type SpreadDraw } from './measureSpread.js';
import { loadSnapshot, type SnapshotName, type SnapshotTraining, snapshotNames } from './snapshots.js';
import { type Group, spreadProgram } from './spreadProgram.js';
import type { VarianceOptions } from './varianceOptions.js';
import { withParameters } from './withParameters.js';

/** Unbiased variances of the gradient of the mean loss, from one group of draws. */
export type GroupVariances = Readonly<Record<EstimatorName, Readonly<Record<Group, number>>>> & {
  /** Mean over the group's draws of the top layer's conditional variance: see `conditionalVariance`. */
  readonly conditional: number;
};

/** What the results of this many groups match. */
export function groupsPattern(length: number): Pattern {
  const variances = record({ top: number(0), bottom: number(0) });
  const estimators = Object.fromEntries(estimatorNames.map((name) => [name, variances]));
  return list(record({ ...estimators, conditional: number(0) }), length);
}

/** The random stream of the measurements, apart from core's `streams`. */
const measurementStream = 101;

/**
 * Measures groups `first` to `last` (not included) at a snapshot: for each, the same minibatches under every estimator,
 * with noise of their own.
 */
export async function measureGroups(
  options: VarianceOptions,
  training: SnapshotTraining,
  part: { readonly snapshot: SnapshotName; readonly first: number; readonly last: number },
  context: TrialContext,
): Promise<readonly GroupVariances[]> {
  const { data, units, minibatch, drawsPerGroup } = options;
  const { snapshot, first, last } = part;
  const { backend, signal } = context;
  const shape = { inputs: data.inputs, units, classes: data.classes };
  const parameters = await loadSnapshot(snapshot, network('local', shape), training, context);
  const stream = random.foldIn(
    random.foldIn(random.key(options.seed), measurementStream),
    snapshotNames.indexOf(snapshot),
  );
  const work = (last - first) * drawsPerGroup;
  const spreads: Partial<Record<EstimatorName, Spread[]>> = {};
  let behind = 0;
  await withParameters(backend, parameters, async (shared) => {
    for (const [index, name] of estimatorNames.entries()) {
      const program = spreadProgram(network(name, shape), minibatch, name === 'local');
      const chunk =
        name === 'separate'
          ? chunkRows(minibatch, [data.inputs, ...units, data.classes], backend.supports.elements)
          : minibatch;
      const meter = await createSpreadMeter(backend, program, { rows: minibatch, chunk });
      const keys = keyNames(program);
      try {
        const measured: Spread[] = [];
        for (let group = first; group < last; group++) {
          const draws = Array.from({ length: drawsPerGroup }, (_, i): SpreadDraw => {
            const ofDraw = random.foldIn(stream, group * drawsPerGroup + i);
            const { x, y } = drawMinibatch(data, random.foldIn(ofDraw, 0), minibatch);
            const ofNoise = random.foldIn(ofDraw, 1 + index);
            return {
              rows: { x: { data: x, width: data.inputs }, y: { data: y, width: data.classes } },
              keys: Object.fromEntries(keys.map((key, k) => [key, { words: random.foldIn(ofNoise, k) }])),
            };
          });
          const before = (group - first) * drawsPerGroup;
          measured.push(
            await meter.run(shared, draws, {
              signal,
              onDraw: (count) => context.progress(behind + shares[name] * ((before + count) / work)),
            }),
          );
        }
        spreads[name] = measured;
      } finally {
        meter.dispose();
      }
      behind += shares[name];
    }
  });
  return Array.from({ length: last - first }, (_, i) => {
    const of = (name: EstimatorName) => (spreads[name] as Spread[])[i];
    const variances = estimatorNames.map((name) => {
      const { top, bottom } = of(name).variances;
      return [name, { top, bottom }] as const;
    });
    return {
      ...(Object.fromEntries(variances) as Record<EstimatorName, Record<Group, number>>),
      conditional: of('local').totals.conditional / drawsPerGroup,
    };
  });
}

/** Share of a trial's time that each estimator takes. */
const shares: Readonly<Record<EstimatorName, number>> = { local: 0.06, separate: 0.86, single: 0.04, none: 0.04 };
