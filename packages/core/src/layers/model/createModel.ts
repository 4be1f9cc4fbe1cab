import { checkObject } from '../../checkObject.js';
import { checkParameters } from '../../checkParameters.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import { categorical } from '../../likelihoods/categorical.js';
import { headsOf } from '../../likelihoods/heads.js';
import type { Likelihoods } from '../../likelihoods/likelihood.js';
import type { ParameterSpecification } from '../../noise/noiseModel.js';
import { noNoise } from '../../noise/noNoise.js';
import { checkLayer } from '../defineLayer.js';
import { checkInputShape } from '../input.js';
import type { BuiltLayer, GraphValue, LayerDefinition } from '../layer.js';
import type { LayerDefaults } from '../layerDefaults.js';
import { divergencesOf } from './divergencesOf.js';
import { forwardOf } from './forwardOf.js';
import {
  fullName,
  type LayerCall,
  type Model,
  type ModelDefaults,
  type ModelInput,
  type ModelOptions,
} from './model.js';
import { rowLimits } from './rowLimits.js';
import { traverse } from './traverse.js';

/** Owners of parameters that belong to no layer, and a name that JavaScript's objects cannot have. */
const reservedLayers: readonly string[] = ['network', 'likelihood', 'posterior', '__proto__'];

/** Names in the programs of training and prediction. Exported files have some of them too. */
const reservedInputs: readonly string[] = [
  ...['y', 'weight', 'rowScale', 'klScale', 'loss', 'dataTerm', 'kl', 'mean', 'probabilities', 'negativeLogLikelihood'],
  ...['entropy', 'squaredDeviations', 'seed', 'samples', 'row', 'step', 'logits', 'mutualInformation', 'variance'],
];

/** What a graph is made into, checked as far as `who` can. */
interface GraphParts {
  readonly inputs: readonly GraphValue[];
  readonly outputs: Readonly<Record<string, GraphValue>>;
}

/**
 * Makes a model of a graph; `options` are kept in it. Throws what `model` throws for graphs and layers that do not fit.
 */
export function createModel<Given extends Likelihoods>(
  who: string,
  graph: GraphParts,
  options: ModelOptions<Given>,
): Model<Given> {
  const outputs = Object.entries(graph.outputs);
  const values = traverse(
    who,
    outputs.map(([, value]) => value),
  );
  const inputNames = nameInputs(who, graph.inputs, values);
  const { calls, shapes, names } = buildCalls(who, values, inputNames, defaultsOf(who, options));
  const layers = [...new Map([...calls].reverse().map(({ layer }) => [layer.name, layer])).values()].reverse();
  const parts = { calls, layers, inputs: describeInputs(who, inputNames, calls) };
  const found = outputs.map(([name, value]) => ({
    name,
    shape: shapes.get(value) as readonly number[],
    from: names.get(value) as string,
  }));
  const forward = forwardOf(calls, found);
  const parameters = collect(calls, ({ parameters }) => parameters);
  const carried = collect(calls, ({ carried = [] }) => carried);
  checkOutputNames(who, Object.keys(graph.outputs), [...parameters, ...carried]);
  const given = options.likelihood;
  const likelihood = given === undefined ? (defaultLikelihoods(found) as Given) : given;
  // A likelihood by default is checked where it is used, so that a graph may also have outputs that are not trained.
  if (given !== undefined) headsOf(who, { outputs: found, likelihood });
  return {
    ...parts,
    options,
    likelihood,
    outputs: found,
    inputShape: parts.inputs[0].shape,
    outputShape: found[0].shape,
    parameters,
    carried,
    forward,
    apply(b, x, parameters, kind) {
      if (parts.inputs.length !== 1 || found.length !== 1) {
        throw new VardropError(
          'VARDROP_MODEL',
          `[model] apply: got a model with ${parts.inputs.length} inputs and ${found.length} outputs, needs one of each. Call forward.`,
        );
      }
      return forward(b, { [parts.inputs[0].name]: x }, parameters, kind).outputs[found[0].name];
    },
    divergences: divergencesOf(layers),
  };
}

/** Classification for each output. */
function defaultLikelihoods(outputs: readonly { readonly name: string }[]): Likelihoods {
  if (outputs.length === 1) return categorical();
  return Object.fromEntries(outputs.map(({ name }) => [name, categorical()]));
}

function defaultsOf(who: string, { noise = noNoise(), estimator, divergence }: ModelDefaults): LayerDefaults {
  checkObject('VARDROP_LAYER', `[${who}] noise`, noise, 'parameters', 'variationalDropout()');
  if (estimator !== undefined)
    checkObject('VARDROP_LAYER', `[${who}] estimator`, estimator, 'apply', 'localReparametrization()');
  return { noise, estimator, divergence };
}

/** The names of the inputs. Each input of the graph is listed, and each listed one is in the graph. */
function nameInputs(
  who: string,
  inputs: readonly GraphValue[],
  reached: readonly GraphValue[],
): ReadonlyMap<GraphValue, string> {
  const names = new Map<GraphValue, string>();
  const refuse = (got: string, needs: string): never => {
    throw new VardropError('VARDROP_MODEL', `[${who}] inputs: got ${got}, needs ${needs}.`);
  };
  for (const [i, value] of inputs.entries()) {
    if (value.source !== 'input') return refuse(`the outputs of a layer at ${i}`, 'values that input() has made');
    const name = value.options.name ?? (inputs.length === 1 ? 'x' : `x${i + 1}`);
    if (names.has(value) || [...names.values()].includes(name))
      refuse(`'${name}' twice`, 'each input once, by a name of its own');
    if (reservedInputs.includes(name))
      refuse(`the name '${name}', which programs use`, `a name other than ${reservedInputs.join(', ')}`);
    names.set(value, name);
  }
  for (const value of reached) {
    if (value.source !== 'input' || names.has(value)) continue;
    const shape = `[${value.options.shape.join(', ')}]`;
    refuse(
      `outputs that depend on an input ${value.options.name ? `'${value.options.name}' ` : ''}of shape ${shape}, which is not listed`,
      'all inputs that the outputs depend on. List the values that the layers were called on',
    );
  }
  for (const [value, name] of names) {
    if (!reached.includes(value)) refuse(`'${name}', which no output depends on`, 'inputs that are read. Leave it out');
  }
  return names;
}

/** Programs call what belongs to one of several outputs `<output>/mean`, and its targets `y/<output>`. No tensor has such a name. */
function checkOutputNames(
  who: string,
  outputs: readonly string[],
  tensors: readonly { readonly name: string }[],
): void {
  if (outputs.length === 1) return;
  const taken = new Set(
    outputs.flatMap((output) => [`y/${output}`, ...reservedInputs.map((name) => `${output}/${name}`)]),
  );
  const clash = tensors.find(({ name }) => taken.has(name));
  if (clash === undefined) return;
  throw new VardropError(
    'VARDROP_MODEL',
    `[${who}] outputs: got the tensor '${clash.name}' of a layer, a name that programs use for an output, needs another name of that layer or output. Rename one.`,
  );
}

/** Builds each use of a layer for the shapes that reach it. */
function buildCalls(
  who: string,
  values: readonly GraphValue[],
  inputNames: ReadonlyMap<GraphValue, string>,
  defaults: LayerDefaults,
) {
  const names = new Map(inputNames);
  const shapes = new Map<GraphValue, readonly number[]>();
  const layerNames = new Map<LayerDefinition, string>();
  const uses = new Map<LayerDefinition, number>();
  const counts = new Map<string, number>();
  const taken = new Set(inputNames.values());
  const calls: LayerCall[] = [];
  for (const value of values) {
    if (value.source === 'input') {
      shapes.set(value, value.options.shape);
      continue;
    }
    const { layer } = value;
    checkLayer(`[${who}] layer`, layer);
    let name = layerNames.get(layer);
    if (name === undefined) {
      name = nameLayer(who, layer, counts, taken);
      layerNames.set(layer, name);
    }
    const use = (uses.get(layer) ?? 0) + 1;
    uses.set(layer, use);
    const call = use === 1 ? name : `${name}#${use}`;
    const inputs = value.inputs.map((from) => names.get(from) as string);
    const inputShapes = value.inputs.map((from) => shapes.get(from) as readonly number[]);
    const built = buildFor(name, inputs, inputShapes, () => layer.build(name, inputShapes, defaults));
    calls.push({ name: call, layer: built, definition: layer, inputs });
    names.set(value, call);
    shapes.set(value, built.outputShape);
  }
  return { calls, shapes, names };
}

/**
 * What `build` gives, checked as far as a graph needs it. A refusal of the shapes of several inputs says which layers they come
 * from.
 */
function buildFor(
  name: string,
  from: readonly string[],
  shapes: readonly (readonly number[])[],
  build: () => BuiltLayer,
): BuiltLayer {
  try {
    const built = build();
    checkInputShape(`[${name}] outputShape`, built?.outputShape);
    return built;
  } catch (error) {
    if (!(error instanceof VardropError) || error.code !== 'VARDROP_SHAPE' || from.length < 2) throw error;
    const read = from.map((name, i) => `${name} [batch, ${shapes[i].join(', ')}]`).join(', ');
    throw new VardropError(error.code, `${error.message} It reads ${read}.`, { cause: error });
  }
}

function nameLayer(who: string, layer: LayerDefinition, counts: Map<string, number>, taken: Set<string>): string {
  const count = (counts.get(layer.kind) ?? 0) + 1;
  counts.set(layer.kind, count);
  const name = layer.name ?? `${layer.kind}${count}`;
  if (typeof name !== 'string' || !/^[^/#]+$/.test(name) || reservedLayers.includes(name) || taken.has(name)) {
    throw new VardropError(
      'VARDROP_MODEL',
      `[${who}] layers: got ${formatValue(name)} for a layer, needs a unique name without '/' and '#' and other than ${reservedLayers.join(', ')}. Rename it.`,
    );
  }
  taken.add(name);
  return name;
}

/** The inputs, with the number of rows where an embedding reads them. */
function describeInputs(
  who: string,
  names: ReadonlyMap<GraphValue, string>,
  calls: readonly LayerCall[],
): readonly ModelInput[] {
  const limits = rowLimits(who, calls);
  return [...names].flatMap(([value, name]) => {
    if (value.source !== 'input') return [];
    const limit = limits.get(name);
    const { shape, kind = limit ? 'integers' : 'numbers' } = value.options;
    if (limit && kind !== 'integers') {
      throw new VardropError(
        'VARDROP_MODEL',
        `[${who}] input '${name}': got kind '${kind}', needs 'integers', since '${limit.layer}' reads rows by them. Leave kind out.`,
      );
    }
    return [{ name, shape, kind, ...(limit && { limit: limit.rows }) }];
  });
}

/** Parameters, or carried values, of all calls by full name. Those that are shared have to be equal. */
function collect(
  calls: readonly LayerCall[],
  read: (layer: BuiltLayer) => readonly ParameterSpecification[],
): readonly ParameterSpecification[] {
  const all = new Map<string, ParameterSpecification>();
  for (const { layer } of calls) {
    for (const parameter of checkParameters('VARDROP_MODEL', layer.name, read(layer))) {
      const name = fullName(layer, parameter);
      const earlier = all.get(name);
      if (earlier && earlier.shape.join() !== parameter.shape.join()) {
        throw new VardropError(
          'VARDROP_MODEL',
          `[${layer.name}] ${name}: got shape [${parameter.shape}], needs [${earlier.shape}], as at an earlier place that shares it. Call the layer on inputs of one shape, or make another layer.`,
        );
      }
      if (earlier && JSON.stringify(earlier.initialize) !== JSON.stringify(parameter.initialize)) {
        throw new VardropError(
          'VARDROP_MODEL',
          `[${layer.name}] ${name}: got another initial value than at an earlier place, needs the same, since the layers share it. Give their noise the same rate, or each layer its own alpha.`,
        );
      }
      if (!earlier) all.set(name, { ...parameter, name });
    }
  }
  return [...all.values()];
}
