import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import type { ImageData } from '../src/index.js';
import { varianceExperiment } from '../src/index.js';
import type { VarianceOptions } from '../src/variance/varianceOptions.js';
import { memoryContext, runAll } from './memoryContext.js';

/** Points in six dimensions, of three classes; `distinct` of them, repeated. */
function points(distinct: number): ImageData {
  const count = 24;
  const noise = random.uniform(random.key(4), distinct * 6);
  const inputs = Float32Array.from({ length: count * 6 }, (_, i) => {
    const row = Math.floor(i / 6) % distinct;
    return noise[row * 6 + (i % 6)] + ((i % 6) % 3 === row % 3 ? 0.5 : 0);
  });
  const targets = Array.from({ length: count }, (_, row) => (row % distinct) % 3);
  return { name: 'points', inputs: 6, classes: 3, train: { inputs, targets }, test: { inputs, targets } };
}

const options = (data: ImageData): VarianceOptions => ({
  data,
  seed: 3,
  units: [5, 4],
  minibatch: 8,
  epochs: { early: 1, late: 3 },
  trainingBatch: 12,
  learningRate: 0.01,
  groups: 4,
  drawsPerGroup: 3,
  groupsPerTrial: 2,
});

interface Data {
  readonly cells: readonly {
    readonly layer: string;
    readonly epoch: number;
    readonly draws: number;
    readonly variances: Readonly<Record<string, { readonly value: number; readonly error: number }>>;
    readonly ratios: Readonly<Record<string, { readonly value: number; readonly error: number }>>;
    readonly identity?: { readonly separate: { readonly value: number } };
  }[];
}

describe('variance', () => {
  it('measures four columns of table 1 with all estimators, and leaves nothing on the backend', async () => {
    const backend = createReferenceBackend();
    const experiment = varianceExperiment(options(points(24)));
    const context = memoryContext(backend);
    const results = await runAll(experiment, context);
    expect(backend.liveTensors()).toBe(0);
    expect([...results.keys()]).toEqual(['training', 'early-000', 'early-002', 'late-000', 'late-002']);
    expect([...context.files.keys()]).toEqual(['variance-early.safetensors', 'variance-late.safetensors']);
    const findings = experiment.conclude(results);
    const { cells } = findings.data as unknown as Data;
    expect(cells.map(({ layer, epoch, draws }) => [layer, epoch, draws])).toEqual([
      ['top', 1, 12],
      ['top', 3, 12],
      ['bottom', 1, 12],
      ['bottom', 3, 12],
    ]);
    for (const { layer, variances, ratios, identity } of cells) {
      for (const { value, error } of [...Object.values(variances), ...Object.values(ratios)]) {
        expect(value).toBeGreaterThan(0);
        expect(error).toBeGreaterThan(0);
      }
      expect(ratios.separate.value).toBeCloseTo(variances.separate.value / variances.local.value, 12);
      expect(identity !== undefined).toBe(layer === 'top');
      if (identity) expect(identity.separate.value).toBeGreaterThan(variances.local.value);
    }
    expect(findings.tables.map(({ rows }) => rows.length)).toEqual([4, 4, 2, 2]);
    for (const { columns, rows } of findings.tables) {
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
    expect(JSON.stringify(findings.tables)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('counts the choice of the minibatch: without noise there is no variance if all datapoints are one', async () => {
    const experiment = varianceExperiment(options(points(1)));
    const { cells } = experiment.conclude(await runAll(experiment, memoryContext(createReferenceBackend())))
      .data as unknown as Data;
    for (const { variances } of cells) {
      // The mean of eight equal gradients is that gradient up to rounding to float32.
      expect(variances.none.value).toBeLessThan(1e-9 * variances.local.value);
      expect(variances.single.value).toBeGreaterThan(0);
    }
  });

  it('gives the same numbers twice, on a snapshot that is kept or trained again', async () => {
    const experiment = varianceExperiment(options(points(24)));
    const kept = await runAll(experiment, memoryContext(createReferenceBackend()));
    const late = experiment.trials[3];
    const alone = await late.run(memoryContext(createReferenceBackend()));
    expect(JSON.parse(JSON.stringify(alone))).toEqual(kept.get(late.key));
  });

  it('concludes from what there is', async () => {
    const experiment = varianceExperiment(options(points(24)));
    const context = memoryContext(createReferenceBackend());
    const [training, early] = experiment.trials;
    const results = new Map([[training.key, await training.run(context)]]);
    expect(experiment.conclude(results).tables.map(({ title }) => title)).toEqual([
      'The network when its gradients were measured',
    ]);
    results.set(early.key, await early.run(context));
    const findings = experiment.conclude(results);
    expect((findings.data as unknown as Data).cells.map(({ epoch }) => epoch)).toEqual([1, 1]);
    expect(JSON.stringify(findings.tables)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('ends with the reason of the signal, and leaves nothing on the backend', async () => {
    const experiment = varianceExperiment(options(points(24)));
    for (const trial of experiment.trials.slice(0, 2)) {
      const backend = createReferenceBackend();
      const controller = new AbortController();
      const context = memoryContext(backend, controller.signal);
      const stopped = trial.run({ ...context, progress: () => controller.abort('stopped') });
      await expect(stopped).rejects.toBe('stopped');
      expect(backend.liveTensors()).toBe(0);
    }
  });

  it('refuses data without images, and groups that make no whole trials', () => {
    const empty = { inputs: new Float32Array(), targets: [] };
    const refuse = (changed: Partial<VarianceOptions>, code: string) =>
      expect(() => varianceExperiment({ ...options(points(24)), ...changed })).toThrow(
        expect.objectContaining({ code }),
      );
    refuse({ data: { ...points(24), test: empty } }, 'VARDROP_EXPERIMENT_DATA');
    refuse({ groupsPerTrial: 3 }, 'VARDROP_OPTION');
    refuse({ groups: 1, groupsPerTrial: 1 }, 'VARDROP_OPTION');
    refuse({ drawsPerGroup: 1 }, 'VARDROP_OPTION');
  });
});
