import {
  dense,
  flatten,
  type Likelihood,
  type Model,
  type ModelDefaults,
  type ModelDescription,
  modelFrom,
  sequential,
  VardropError,
} from '@vardrop/core';
import { layersFrom } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import { counted } from '../counted.js';
import { hasWeights, type LayerNoise, layersOfSteps, readSteps, takeImages } from '../layers/layerNotation.js';
import type { LayerFile, LayerPlan } from '../layers/layerPlan.js';
import { chooseDivergence, chooseEstimator, chooseNoise, type NoiseOptions, type Side } from './chooseNoise.js';

/** The options that shape a network. */
export interface NetworkOptions extends NoiseOptions {
  readonly layers: LayerPlan;
}

/** The sizes of a network's inputs and outputs. */
export interface NetworkSizes {
  /** Numbers in a row of inputs. */
  readonly inputs: number;
  /** Numbers that the last layer gives. */
  readonly outputs: number;
  /** `[height, width, channels]`, where inputs are images. */
  readonly image?: readonly number[];
}

/**
 * The network that the options describe: ReLU layers from the inputs to the outputs of the likelihood, with noise on every layer. By
 * default fixed rates are 0.2 on the input and 0.5 on hidden units, and learned ones start at 0.2. Layers of a file keep noise of
 * their own.
 *
 * @throws VardropError `VARDROP_COMBINATION`, `VARDROP_ALPHA` or `VARDROP_RATE` for choices that cannot be combined,
 * `VARDROP_LAYERS` for layers that do not fit the data, or what core throws for their options and shapes.
 */
export function buildNetwork(options: NetworkOptions, sizes: NetworkSizes, likelihood: Likelihood): Model<Likelihood> {
  const divergence = chooseDivergence(options);
  const estimator = chooseEstimator(options);
  const noiseOf = (side: Side): Required<LayerNoise> => ({ noise: chooseNoise(options, side), divergence });
  const { layers } = options;
  if (isFile(layers)) {
    const defaults = { ...noiseOf('hidden'), estimator, likelihood };
    return isRecord(layers.json)
      ? wholeNetwork(layers, layers.json, defaults, sizes)
      : networkOfList(layers, defaults, sizes);
  }
  const steps = typeof layers === 'string' ? readSteps(layers, Number.MAX_SAFE_INTEGER) : stepsOf(layers);
  if ('wrong' in steps) return refuse(`"${steps.wrong}"`, 'layers', 'Write them as vardrop train --help shows');
  const images = takeImages(steps);
  if (images && !sizes.image) return refuse(`"${layers}"`, 'layers without conv, pool, average and global', needImages);
  return sequential({
    input: images && sizes.image ? sizes.image : [sizes.inputs],
    likelihood,
    estimator,
    layers: [
      ...layersOfSteps(steps, noiseOf),
      dense({ units: sizes.outputs, ...noiseOf(steps.some(hasWeights) ? 'hidden' : 'input') }),
    ],
  });
}

const needImages = 'The rows of the data are no images';

const stepsOf = (units: readonly number[]) => units.map((each) => ({ kind: 'dense', numbers: [each] }) as const);

const isFile = (layers: LayerPlan): layers is LayerFile => typeof layers === 'object' && 'json' in layers;

const isRecord = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** What layers of a file have where they have none of their own, and the likelihood. */
type Defaults = Required<LayerNoise> & ModelDefaults & { readonly likelihood: Likelihood };

/** Hidden layers of a list, and the output layer. */
function networkOfList(file: LayerFile, defaults: Defaults, sizes: NetworkSizes): Model<Likelihood> {
  const hidden = within(file, () => layersFrom(file.json));
  const images = JSON.stringify(file.json).includes('2d"');
  if (images && !sizes.image) refuse(file.path, 'layers that take numbers in a row', needImages);
  return within(file, () =>
    sequential({
      input: images && sizes.image ? sizes.image : [sizes.inputs],
      ...defaults,
      layers: [...hidden, ...(images ? [flatten()] : []), dense({ units: sizes.outputs })],
    }),
  );
}

/** A whole network, with the noise of the options where it has none. */
function wholeNetwork(
  file: LayerFile,
  json: Readonly<Record<string, unknown>>,
  defaults: Defaults,
  sizes: NetworkSizes,
): Model<Likelihood> {
  const recipes = Object.fromEntries(
    Object.entries(defaults).map(([name, part]) => [name, part && JSON.parse(JSON.stringify(part.recipe))]),
  );
  const own = isRecord(json.likelihood) ? json.likelihood.part : undefined;
  if (own !== undefined && own !== defaults.likelihood.recipe?.part) {
    refuse(
      `${file.path} with the likelihood ${own}`,
      `${defaults.likelihood.name}, that of the data`,
      'Leave it out of the file, or say another --likelihood',
    );
  }
  const made = within(file, () => modelFrom({ ...recipes, ...json } as unknown as ModelDescription));
  const [input, output] = [made.inputs, made.outputs].map((all) => (all.length === 1 ? elementCount(all[0].shape) : 0));
  if (input !== sizes.inputs || output !== sizes.outputs) {
    refuse(
      `${file.path}, a network of ${counted(made.inputs.length, 'input')} of ${input || 'several'} numbers and ${counted(made.outputs.length, 'output')} of ${output || 'several'}`,
      `one input of ${sizes.inputs} numbers and one output of ${sizes.outputs}, as the data have`,
      'Change its first or last layer, or leave both to the command: a list of the hidden layers will do',
    );
  }
  return made as Model<Likelihood>;
}

/** What `act` returns. Adds the file to what it refuses. */
function within<Result>(file: LayerFile, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof VardropError)) throw cause;
    throw new VardropError('VARDROP_LAYERS', `[vardrop train] --layers: ${file.path}: ${cause.message}`, { cause });
  }
}

function refuse(got: string, needs: string, remedy: string): never {
  throw new VardropError('VARDROP_LAYERS', `[vardrop train] --layers: got ${got}, needs ${needs}. ${remedy}.`);
}
