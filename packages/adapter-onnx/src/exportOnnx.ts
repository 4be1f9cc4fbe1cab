import {
  categorical,
  expand,
  keyNames,
  type Likelihood,
  type Model,
  momentsProgram,
  type NodeId,
  type Program,
  predictionProgram,
  simplify,
  streams,
  type TensorMap,
  VardropError,
  validate,
} from '@vardrop/core';
import { createModel } from './emit/createModel.js';
import type { KeyValues } from './emit/emission.js';
import { batchLengthOf, emitNodes } from './emit/emitProgram.js';
import { shapeValue } from './emit/movement.js';
import { foldIn, splitWords } from './emit/threefry.js';
import { createGraph, type GraphBuilder, type ValueName } from './model/graph.js';
import { dataTypes, encodeModel } from './model/schema.js';

/** What an exported model computes of its inputs `x` `[batch, …]`. */
export type ExportKind = 'mean' | 'moments' | 'sample';

/** Options of `exportOnnx`. */
export interface ExportOptions {
  /**
   * `mean`: one pass with the weights' means; output `probabilities` `[batch, classes]`, or `mean` for targets that are
   * values. `moments`: outputs `mean` and `variance` of the output layer's pre-activations, the layers before it at their
   * means. `sample`: the Monte-Carlo predictive; further inputs `seed` (int64, as `predict` takes it), `samples` (int64) and
   * `row` (int64, the index of the first row: 0, or what a cut of the data starts at); outputs `mean`, and in nats `entropy`
   * and `mutualInformation` `[batch]`; for values `mean`, `epistemicVariance` and `aleatoricVariance`.
   */
  readonly kind: ExportKind;
  /** `categorical()` where left out. */
  readonly likelihood?: Likelihood;
}

/**
 * A trained network as the bytes of a standalone ONNX file, which any ONNX Runtime loads. The batch axis is free. In a
 * `sample` model all noise is made in the graph, the same as `predict` makes for that seed.
 *
 * Throws `VARDROP_STATE` for parameters that are missing or of the wrong shape, and what `predictionProgram` and
 * `momentsProgram` throw.
 */
export function exportOnnx(model: Model, parameters: TensorMap, options: ExportOptions): Uint8Array {
  const { kind, likelihood = categorical() } = options;
  const source = kind === 'moments' ? momentsProgram(model) : predictionProgram(model, likelihood, kind);
  const program = simplify(expand(source, []));
  validate(program);
  const graph = createGraph(kind === 'sample' ? 18 : 17);
  const values: (ValueName | undefined)[] = [];
  program.nodes.forEach((node, id) => {
    if (node.op !== 'input' || node.role !== 'shared') return;
    values[id] =
      node.name === 'x' ? graph.input('x', node.shape) : store(graph, parameters, node.name, node.shape as number[]);
  });
  const x = program.nodes.findIndex((node) => node.op === 'input' && node.name === 'x');
  const batchLength = batchLengthOf(graph, program, { x: values[x] as ValueName });
  if (kind === 'sample') {
    // The order of the keys is that of the whole program, of which `simplify` may have left something out.
    sample({ graph, program, values, batchLength }, keyNames(source), likelihood, parameters);
  } else {
    const names = new Map(Object.entries(program.outputs).map(([name, id]) => [id, graph.reserve(name)]));
    emitNodes({ graph, program, values, names, batchLength }, () => true);
    for (const id of Object.values(program.outputs)) graph.output(values[id] as ValueName, program.nodes[id].shape);
  }
  return encodeModel(createModel(program.name, graph, { kind }));
}

function store(graph: GraphBuilder, parameters: TensorMap, name: string, shape: readonly number[]): ValueName {
  const given = parameters[name];
  if (given?.shape.join() !== shape.join()) {
    throw new VardropError(
      'VARDROP_STATE',
      `[exportOnnx] parameter "${name}": got ${given ? `[${given.shape.join(', ')}]` : 'nothing'}, needs [${shape.join(', ')}]. Use the model that the parameters were trained with.`,
    );
  }
  return graph.constant(given.data, shape, name);
}

interface Sampling {
  readonly graph: GraphBuilder;
  readonly program: Program;
  readonly values: (ValueName | undefined)[];
  readonly batchLength: () => ValueName;
}

/** A loop over samples, which carries what the program carries, and what comes of it in the end. */
function sample(sampling: Sampling, keys: readonly string[], likelihood: Likelihood, parameters: TensorMap): void {
  const { graph, program, values, batchLength } = sampling;
  const { nodes, outputs } = program;
  const seed = graph.input('seed', [], 'int64');
  const samples = graph.input('samples', [], 'int64');
  const row = graph.input('row', [], 'int64');
  const results =
    likelihood.targets === 'labels'
      ? ['mean', 'entropy', 'mutualInformation']
      : ['mean', 'epistemicVariance', 'aleatoricVariance'];
  for (const name of results) graph.reserve(name);
  const stream = foldIn(graph, splitWords(graph, seed, 'seed'), graph.words(streams.prediction), 'stream');

  // What all samples share is computed before the loop.
  const shared: boolean[] = [];
  for (const node of nodes) {
    shared.push(
      node.op === 'input' ? node.role === 'shared' : node.op !== 'noise' && node.operands.every((id) => shared[id]),
    );
  }
  emitNodes({ graph, program, values, batchLength }, (id) => shared[id]);
  batchLength();

  const body = createGraph(graph.opset, graph);
  const iteration = body.input('sample', [], 'int64');
  const keepGoing = body.input('sample/condition', [], 'bool');
  const inside = [...values];
  const carried: { name: string; id: NodeId; start: ValueName }[] = [];
  nodes.forEach((node, id) => {
    if (node.op !== 'input' || node.role === 'shared') return;
    if (node.role === 'carried') {
      inside[id] = body.input(`${node.name}/before`, node.shape);
      const zeros = [graph.constant([0], []), shapeValue(graph, node.shape, node.name, batchLength)];
      carried.push({ name: node.name, id, start: graph.node('Expand', zeros, `${node.name}/start`) });
      return;
    }
    // The one input of role `iteration`: 1/k for sample k.
    const count = body.node('Add', [iteration, body.integer(1)], 'sample/number');
    const floating = body.node('Cast', [count], 'sample/count', { to: dataTypes.float });
    inside[id] = body.node('Div', [body.constant([1], []), floating], node.name);
  });
  const ofSample = foldIn(
    body,
    stream,
    body.node('Cast', [iteration], 'sample/index', { to: dataTypes.uint32 }),
    'sample/key',
  );
  const folded = new Map<string, KeyValues>();
  const keyOf = (name: string): KeyValues => {
    const known = folded.get(name);
    if (known) return known;
    const made = { words: foldIn(body, ofSample, body.words(keys.indexOf(name)), `${name}/key`), row };
    folded.set(name, made);
    return made;
  };
  emitNodes({ graph: body, program, values: inside, batchLength, keyOf }, () => true);
  body.output(body.node('Identity', [keepGoing], 'sample/goOn'), [], 'bool');
  for (const { name } of carried) {
    const id = outputs[name];
    body.output(body.node('Identity', [inside[id] as ValueName], `${name}/after`), nodes[id].shape);
  }
  const averages = graph.nodes(
    'Loop',
    [samples, graph.truths([true], []), ...carried.map(({ start }) => start)],
    carried.map(({ name }) => `${name}/average`),
    { body: { graph: body.build('sample') } },
  );
  const average = (name: string) => averages[carried.findIndex((each) => each.name === name)];
  const shapeOf = (name: string) => nodes[outputs[name]].shape;
  if (likelihood.targets === 'labels') {
    summarizeClasses(graph, average('probabilities'), average('entropy'));
    graph.output('mean', shapeOf('probabilities'));
    for (const name of ['entropy', 'mutualInformation']) graph.output(name, ['batch']);
    return;
  }
  graph.node('Identity', [average('mean')], 'mean');
  const others = graph.node('Sub', [samples, graph.integer(1)], 'samples/others');
  const divisor = graph.node('Max', [others, graph.integer(1)], 'samples/atLeastOne');
  const count = graph.node('Cast', [divisor], 'samples/divisor', { to: dataTypes.float });
  graph.node('Div', [average('squaredDeviations'), count], 'epistemicVariance');
  const { shape } = likelihood
    .parameters(nodes[outputs.mean].shape.slice(1) as number[])
    .find(({ name }) => name === 'logVariance') ?? { shape: [] };
  const variance = graph.node(
    'Exp',
    [store(graph, parameters, 'likelihood/logVariance', shape)],
    'likelihood/variance',
  );
  graph.node(
    'Expand',
    [variance, shapeValue(graph, shapeOf('mean'), 'aleatoricVariance', batchLength)],
    'aleatoricVariance',
  );
  for (const name of results) graph.output(name, shapeOf('mean'));
}

/** Predictive entropy, and what of it is not the samples' own, in nats. */
function summarizeClasses(graph: GraphBuilder, probabilities: ValueName, ownEntropy: ValueName): void {
  graph.node('Identity', [probabilities], 'mean');
  // A probability of 0 adds nothing: 0 · log of the smallest normal number.
  const positive = graph.node('Max', [probabilities, graph.constant([2 ** -126], [])], 'entropy/positive');
  const logarithm = graph.node('Log', [positive], 'entropy/log');
  const product = graph.node('Mul', [probabilities, logarithm], 'entropy/product');
  const sum = graph.node('ReduceSum', [product, graph.integers([1])], 'entropy/sum', { keepdims: 0 });
  const zero = graph.constant([0], []);
  const entropy = graph.node('Max', [graph.node('Neg', [sum], 'entropy/negative'), zero], 'entropy');
  const rest = graph.node('Sub', [entropy, ownEntropy], 'mutualInformation/difference');
  graph.node('Max', [rest, zero], 'mutualInformation');
}
