import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnnx, exportOnnx } from '@vardrop/adapter-onnx';
import {
  adam,
  batchNorm,
  categorical,
  createNetwork,
  dense,
  describeModel,
  initialState,
  type ModelDescription,
  modelFrom,
  prune,
  sequential,
  serializeState,
  sparseVariational,
  type TrainingState,
} from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { readNetwork, sparsityExperiment, sparsityPlans } from '@vardrop/experiments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { exportNetwork } from '../src/commands/export.js';
import { buildNetwork } from '../src/training/network.js';
import { checkpointMetadata } from '../src/training/resumeState.js';
import { trainDefaults } from '../src/trainOptions.js';

const options = { ...trainDefaults, noise: 'sparse', layers: [9, 7] } as const;
const model = buildNetwork(options, { inputs: 12, outputs: 4 }, categorical());
let directory: string;
let checkpoint: string;
let state: TrainingState;

const split = { images: new Float32Array(1), labels: new Uint8Array(1), count: 1 };
/** Data that stand for those that the network was trained on. */
const pixels = { name: 'pixels', width: 1, height: 1, channels: 1, classes: 2, train: split, test: split };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-export-'));
  checkpoint = join(directory, 'network.safetensors');
  const initial = initialState(model, adam(), 5);
  // A third of the weights, and all of the first two units, have no signal: log α is far above 3.
  const parameters = Object.fromEntries(
    Object.entries(initial.parameters).map(([name, { shape, data }]) => [
      name,
      name.endsWith('/logVariance')
        ? { shape, data: data.map((value, i) => (i % 3 === 0 || i % shape[1] < 2 ? 9 : value)) }
        : { shape, data },
    ]),
  );
  state = { ...initial, parameters };
  await writeFile(checkpoint, serializeState(state, checkpointMetadata(options, model, pixels, 'digest')));
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs a command line; what it printed, and the file that it wrote. */
async function run(line: string, from = checkpoint): Promise<{ printed: string; bytes: Uint8Array }> {
  const output = join(directory, 'network.onnx');
  const parsed = parseArguments(`export --checkpoint ${from} --output ${output} ${line}`.trim().split(/\s+/), '0');
  if (parsed.kind !== 'export') throw new Error(`parsed as ${parsed.kind}`);
  let printed = '';
  await exportNetwork(parsed.options, {
    write: (text) => {
      printed += text;
      return true;
    },
  });
  return { printed, bytes: await readFile(output) };
}

/** Shapes of the outputs of the layers of a file's network. */
const layerShapes = (bytes: Uint8Array) =>
  modelFrom(describeOnnx(bytes).model as ModelDescription).layers.map(({ outputShape }) => outputShape);

describe('vardrop export', () => {
  it('writes the network of a network file, with what it carries', async () => {
    const normed = sequential({
      input: [5],
      noise: sparseVariational(),
      layers: [dense({ units: 3, activation: 'relu' }), batchNorm(), dense({ units: 2 })],
    });
    const { parameters, carried } = initialState(normed, adam(), 2);
    const backend = createReferenceBackend();
    const network = createNetwork(normed, { backend, parameters: { ...parameters, ...carried } });
    const path = join(directory, 'normed.safetensors');
    await network.save(path);
    const { bytes } = await run('--kind sample', path);
    expect(new Uint8Array(bytes)).toEqual(network.export(exportOnnx, { kind: 'sample' }));
    await writeFile(path, network.toBytes().fill(0xff, -4));
    await expect(run('', path)).rejects.toMatchObject({ code: 'VARDROP_NON_FINITE' });
  });

  it.each([
    ['', 'mean', 17],
    ['--kind moments', 'moments', 17],
    ['--kind sample', 'sample', 18],
    ['--kind sample --opset 17', 'sample', 17],
  ])('writes the network of a checkpoint: %s', async (line, kind, opset) => {
    const { printed, bytes } = await run(line);
    const description = describeOnnx(bytes);
    expect(description).toMatchObject({ kind, opset, likelihood: 'categorical' });
    expect(layerShapes(bytes)).toEqual([[9], [7], [4]]);
    expect(printed).toContain(`${kind}, opset ${opset}, ${bytes.length} bytes\ninputs: x [batch, 12]`);
  });

  it('writes the pruned networks that the sparsity experiment saves', async () => {
    const rows = { inputs: random.uniform(random.key(1), 8 * 12), targets: [0, 1, 2, 3, 0, 1, 2, 3] };
    const data = { name: 'random', inputs: 12, classes: 4, train: rows, test: rows };
    const { trials } = sparsityExperiment(
      { data, quick: true, seed: 1 },
      { ...sparsityPlans['lenet-300-100'].quick, hidden: [9, 7], epochs: 2, fallsFrom: 1, threshold: -8.5, seeds: 1 },
    );
    const files = new Map<string, Uint8Array>();
    await trials[1].run({
      backend: createReferenceBackend(),
      signal: new AbortController().signal,
      progress: () => undefined,
      save: async (name, bytes) => void files.set(name, bytes),
      load: async () => undefined,
    });
    const saved = files.get('sparsity-pruned-1.safetensors');
    if (!saved) throw new Error(`saved ${[...files.keys()]}`);
    const from = join(directory, 'pruned.safetensors');
    await writeFile(from, saved);
    const network = readNetwork(saved);
    const units = network.model.layers.map(({ outputShape }) => outputShape[0]);
    expect(units[0] + units[1]).toBeLessThan(9 + 7);
    const { bytes } = await run('', from);
    // The experiment gives noise to the model, the command to each layer, so that descriptions differ.
    const described = modelFrom(describeOnnx(bytes).model as ModelDescription);
    expect(described.parameters).toEqual(network.model.parameters);
    expect([...bytes]).toEqual([...exportOnnx(described, network.parameters, { kind: 'mean' })]);
  });

  it('writes what the exporter writes of the network and its parameters', async () => {
    const { bytes } = await run('--kind sample');
    expect([...bytes]).toEqual([...exportOnnx(model, state.parameters, { kind: 'sample' })]);
  });

  it('writes a smaller file of a pruned network, and says what went', async () => {
    const dense = await run('');
    const { printed, bytes } = await run('--prune 3');
    expect(bytes.length).toBeLessThan(dense.bytes.length);
    const expected = prune(model, state.parameters, { preserve: 'mean' });
    const { nonZero, unitsRemoved, weightsBefore, weightsAfter } = expected.report;
    expect(unitsRemoved).toBeGreaterThanOrEqual(4);
    expect(layerShapes(bytes)).toEqual(expected.model.layers.map(({ outputShape }) => outputShape));
    expect(printed).toContain(
      `pruned: ${nonZero} of ${weightsBefore} weights are not zero, ${unitsRemoved} units removed, ${weightsAfter} weights stored`,
    );
  });

  it('refuses checkpoints that do not say how the network was built, or of another', async () => {
    const described = describeModel(model);
    const other = join(directory, 'other.safetensors');
    const foreign: (Record<string, string> | undefined)[] = [
      undefined,
      { noise: 'sparse' },
      { noise: 'sparse', layers: '9,7' },
      { model: '' },
      { model: 'null' },
      { model: JSON.stringify({ ...described, format: 2 }) },
      // Fewer parameters, others, and of other shapes than the file has.
      ...[[9], [9, 7, 5], [9, 8]].map((layers) => ({
        model: JSON.stringify(
          describeModel(buildNetwork({ ...options, layers }, { inputs: 12, outputs: 4 }, categorical())),
        ),
      })),
    ];
    for (const metadata of foreign) {
      await writeFile(other, serializeState(state, metadata));
      await expect(run('', other)).rejects.toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^VARDROP_(CHECKPOINT_FOREIGN|STATE)$/) }),
      );
    }
    await writeFile(other, (await readFile(checkpoint)).subarray(0, 300));
    await expect(run('', other)).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/^VARDROP_/) }));
  });

  it.each([
    ['export --output a.onnx', 'VARDROP_MISSING_VALUE'],
    ['export --checkpoint a', 'VARDROP_MISSING_VALUE'],
    ['export --checkpoint a --output b --kind median', 'VARDROP_UNKNOWN_KIND'],
    ['export --checkpoint a --output b --opset 12', 'VARDROP_INVALID_OPTION'],
    ['export --checkpoint a --output b --prune much', 'VARDROP_INVALID_OPTION'],
    ['export --checkpoint a --output b c', 'VARDROP_EXCESS_ARGUMENT'],
  ])('refuses %s', (line, code) => {
    expect(() => parseArguments(line.split(' '), '0')).toThrow(expect.objectContaining({ code }));
  });
});
