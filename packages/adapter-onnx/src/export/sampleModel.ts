import { type Model, type ParameterPosterior, type TensorMap, VardropError } from '@vardrop/core';
import { keyNames, posteriorInput, predictionProgram, summaryProgram } from '@vardrop/core/extend';
import { invariantNodes, type NodeId, type NodeOf, type Program } from '@vardrop/core/program';
import { batchLengthOf, emitNodes } from '../emit/emitNodes.js';
import { broadcast } from '../emit/movement.js';
import { createGraph, type GraphBuilder, type Opset, type ValueName } from '../model/graph.js';
import { dataTypes, type GraphProto } from '../model/schema.js';
import { createNoiseWriter, keyAt, stepKeys, streamOfSeed } from '../noise/noiseInputs.js';
import type { Words } from '../noise/threefry.js';
import { prepare } from './emitModel.js';
import { type StorageOptions, storeTensor } from './storeTensor.js';

/**
 * The Monte-Carlo predictive as one graph: a Loop over samples whose body is an iteration of core's prediction program,
 * with what does not depend on noise before it, and keys made from `seed` as core makes them.
 * Throws `VARDROP_EXPORT` for a model without noise.
 */
export function emitSampleModel(
  model: Model,
  stored: TensorMap,
  {
    opset = 18,
    posterior,
    storage,
  }: { readonly opset?: Opset; readonly posterior?: ParameterPosterior; readonly storage?: StorageOptions } = {},
): GraphBuilder {
  const source = predictionProgram(model, 'sample', { posterior });
  const keys = keyNames(source);
  if (keys.length === 0 && !posterior) {
    throw new VardropError(
      'VARDROP_EXPORT',
      "[exportOnnx] kind 'sample': got a model without noise, all of whose samples are the same, needs noise in a layer. Export kind 'mean'.",
    );
  }
  const program = prepare(source);
  const graph = createGraph(opset);
  const inputs = new Map(model.inputs.map(({ name, shape }) => [name, graph.input(name, ['batch', ...shape])]));
  const seed = graph.input('seed', [], 'int64');
  const samples = graph.input('samples', [], 'int64');
  const row = graph.input('row', [], 'int64');
  const parameters = new Map<string, ValueName>();
  const drawnFrom = Object.entries(posterior?.tensors ?? {}).map(([name, tensor]) => [posteriorInput(name), tensor]);
  const tensors: TensorMap = { ...stored, ...Object.fromEntries(drawnFrom) };
  const summary = summaryProgram(model);
  const outputs = Object.entries(summary.outputs).map(([name, id]) => ({ id, value: graph.reserve(name) }));
  const sampling: Sampling = {
    graph,
    program,
    carried: program.nodes.flatMap((node) => (node.op === 'input' && node.role === 'carried' ? [node] : [])),
    inputs,
    row,
    samples,
    parameter(name) {
      const known = parameters.get(name) ?? storeTensor(graph, name, tensors[name], storage);
      parameters.set(name, known);
      return known;
    },
    batchLength: batchLengthOf(
      graph,
      [...inputs.values()].map((value) => ({ value, shape: ['batch'] })),
    ),
  };
  const means = emitLoop(sampling, emitBody(sampling, streamOfSeed(graph, seed, 'prediction'), keys));
  emitSummary(sampling, summary, outputs, means);
  return graph;
}

/** What the parts of the graph have in common. */
interface Sampling {
  readonly graph: GraphBuilder;
  /** An iteration of the prediction. */
  readonly program: Program;
  /** Its running means. */
  readonly carried: readonly NodeOf<'input'>[];
  /** Those of the model, by name. */
  readonly inputs: ReadonlyMap<string, ValueName>;
  /** Index of the first row. */
  readonly row: ValueName;
  /** Number of samples. */
  readonly samples: ValueName;
  /** The stored value of a parameter. */
  parameter(name: string): ValueName;
  batchLength(): ValueName;
}

/** Writes an iteration: what depends on noise as the body of a Loop, the rest into the graph around it. Returns the body. */
function emitBody(sampling: Sampling, stream: Words, keys: readonly string[]): GraphProto {
  const { graph, program, carried, inputs, row, parameter, batchLength } = sampling;
  const body = createBody(graph);
  const number = body.input('sample/number', [], 'int64');
  const condition = body.input('sample/condition', [], 'bool');
  const before = new Map(carried.map(({ name, shape }) => [name, body.input(`sample/${name}/before`, shape)]));
  body.output(body.node('Identity', [condition], 'sample/continue'), [], 'bool');
  const ofSample = stepKeys(body, stream, number, keys.length, 'sample');
  const writeNoise = createNoiseWriter(graph, { length: batchLength, first: () => row });
  const invariant = invariantNodes(program);
  const values = emitNodes(program, {
    graphOf: (id) => (invariant[id] ? graph : body),
    input: ({ name, role }) => {
      if (role === 'carried') return before.get(name) as ValueName;
      if (role === 'iteration') return weightOf(body, number);
      return inputs.get(name) ?? parameter(name);
    },
    noise: (node, target, name) =>
      writeNoise(target, node, keyAt(target, ofSample, keys.indexOf(node.key), name), name),
    batchLength,
  });
  for (const { name, shape } of carried) {
    body.output(body.node('Identity', [values[program.outputs[name]]], `sample/${name}/after`), shape);
  }
  return body.build('sample');
}

/** Writes the Loop over samples. Returns the means after it, by name. */
function emitLoop({ graph, carried, samples, batchLength }: Sampling, body: GraphProto): Map<string, ValueName> {
  const zero = graph.constant([0], []);
  const start = carried.map(({ name, shape }) =>
    broadcast({ graph, operands: [zero], shapes: { out: shape, operands: [[]] }, name: `${name}/start`, batchLength }),
  );
  const means = graph.nodes(
    'Loop',
    // The condition may be left out, but not every tool knows that.
    [samples, graph.truths([true], []), ...start],
    carried.map(({ name }) => `samples/${name}`),
    { body: { graph: body } },
  );
  carried.forEach(({ shape }, i) => {
    graph.annotate(means[i], shape);
  });
  return new Map(carried.map(({ name }, i) => [name, means[i]]));
}

/** Writes the predictive and its uncertainty, as functions of the means over samples. */
function emitSummary(
  { graph, samples, parameter, batchLength }: Sampling,
  summary: Program,
  outputs: readonly { readonly id: NodeId; readonly value: ValueName }[],
  means: ReadonlyMap<string, ValueName>,
): void {
  const values = emitNodes(summary, {
    graphOf: () => graph,
    input: ({ name }) => {
      if (name === 'samples') return graph.node('Cast', [samples], 'samples/float', { to: dataTypes.float });
      return means.get(name) ?? parameter(name);
    },
    noise: () => {
      throw new VardropError('VARDROP_PROGRAM', '[onnx] export: got noise in a summary, needs none there.');
    },
    batchLength,
    named: new Map(outputs.map(({ id, value }) => [id, value])),
  });
  for (const { id, value } of outputs) {
    if (values[id] !== value) graph.node('Identity', [values[id]], value);
    graph.output(value, summary.nodes[id].shape);
  }
}

/** A graph for the body of a Loop; what is stored goes to the outer graph. */
function createBody(graph: GraphBuilder): GraphBuilder {
  const { constant, integers, integer, words } = graph;
  return { ...createGraph(graph.opset, graph), constant, integers, integer, words };
}

/** The weight of a sample in the running mean: 1 over its number, counted from 1. */
function weightOf(body: GraphBuilder, number: ValueName): ValueName {
  const count = body.node('Add', [number, body.integer(1)], 'sample/count');
  const float = body.node('Cast', [count], 'sample/count/float', { to: dataTypes.float });
  return body.node('Div', [body.constant([1], []), float], 'sample/weight');
}
