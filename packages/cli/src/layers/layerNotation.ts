import {
  averagePooling2d,
  batchNorm,
  conv2d,
  dense,
  flatten,
  globalAveragePooling2d,
  type LayerDefinition,
  type LinearOptions,
  layerNorm,
  maxPooling2d,
} from '@vardrop/core';

/** Noise, estimator and divergence of one layer. */
export type LayerNoise = Pick<LinearOptions, 'noise' | 'divergence'>;

/** A layer of the notation: a word and its numbers, such as `conv` and 3, 3, 16. */
export interface LayerStep {
  readonly kind: StepKind;
  readonly numbers: readonly number[];
}

/** A kind of layer in the notation. */
interface StepForm {
  /** How it is written, as help and errors show it. */
  readonly example: string;
  /** What follows the word; every group is a number. Empty for a word alone. */
  readonly pattern: RegExp;
  /** Whether it takes images, `[height, width, channels]`. */
  readonly images: boolean;
  /** Whether it has weights, and so noise. */
  readonly weights: boolean;
  layers(numbers: readonly number[], noise: LayerNoise): readonly LayerDefinition[];
}

const window = /^(\d+)(?:x(\d+))?$/;
const alone = /^$/;
const sizeOf = ([height, width = height]: readonly number[]) => [height, width] as const;

/** The layers of the notation by their words. */
const forms = {
  dense: {
    example: 'dense 128',
    pattern: /^(\d+)$/,
    images: false,
    weights: true,
    layers: ([units], noise) => [dense({ units, activation: 'relu', ...noise })],
  },
  conv: {
    example: 'conv 3x3x16',
    pattern: /^(\d+)x(\d+)x(\d+)(?:\/(\d+))?$/,
    images: true,
    weights: true,
    layers: ([height, width, filters, strides = 1], noise) => [
      conv2d({ filters, size: [height, width], strides, padding: 'same', activation: 'relu', ...noise }),
    ],
  },
  pool: {
    example: 'pool 2',
    pattern: window,
    images: true,
    weights: false,
    layers: (numbers) => [maxPooling2d({ size: sizeOf(numbers) })],
  },
  average: {
    example: 'average 2',
    pattern: window,
    images: true,
    weights: false,
    layers: (numbers) => [averagePooling2d({ size: sizeOf(numbers) })],
  },
  global: {
    example: 'global',
    pattern: alone,
    images: true,
    weights: false,
    layers: () => [globalAveragePooling2d()],
  },
  flatten: { example: 'flatten', pattern: alone, images: false, weights: false, layers: () => [flatten()] },
  batchnorm: { example: 'batchnorm', pattern: alone, images: false, weights: false, layers: () => [batchNorm()] },
  layernorm: { example: 'layernorm', pattern: alone, images: false, weights: false, layers: () => [layerNorm()] },
} as const satisfies Readonly<Record<string, StepForm>>;

/** A word of the notation. */
export type StepKind = keyof typeof forms;

/** How each layer is written, for help and errors. */
export const stepExamples: readonly string[] = Object.values(forms).map(({ example }) => example);

/**
 * Reads the notation: layers between commas, each a word and its numbers; a number alone is a dense layer.
 *
 * @param largest the largest number in it.
 * @returns the layers, or the text of the first that is none.
 */
export function readSteps(text: string, largest: number): readonly LayerStep[] | { readonly wrong: string } {
  const steps: LayerStep[] = [];
  for (const part of text.split(',').map((each) => each.trim().toLowerCase())) {
    const step = readStep(part);
    if (step === undefined || step.numbers.some((number) => number < 1 || number > largest)) return { wrong: part };
    steps.push(step);
  }
  return steps;
}

function readStep(part: string): LayerStep | undefined {
  if (/^\d+$/.test(part)) return { kind: 'dense', numbers: [Number(part)] };
  const [word, rest = ''] = part.split(/\s+(.*)/s);
  const kind = (Object.keys(forms) as StepKind[]).find((each) => each === word);
  const groups = kind && forms[kind].pattern.exec(rest.replaceAll(/\s+/g, ''));
  if (!groups) return undefined;
  return {
    kind,
    numbers: groups
      .slice(1)
      .filter((each) => each !== undefined)
      .map(Number),
  };
}

/** The notation of layers, in its one way. */
export function writeSteps(steps: readonly LayerStep[]): string {
  return steps
    .map(({ kind, numbers }) => {
      const [height, width, filters, strides] = numbers;
      const text = kind === 'conv' ? `${height}x${width}x${filters}${strides ? `/${strides}` : ''}` : numbers.join('x');
      return `${kind} ${text}`.trim();
    })
    .join(', ');
}

/** Whether a layer has weights. */
export function hasWeights({ kind }: LayerStep): boolean {
  return forms[kind].weights;
}

/** Whether layers take images and not numbers in a row. */
export function takeImages(steps: readonly LayerStep[]): boolean {
  return steps.some(({ kind }) => forms[kind].images);
}

/**
 * The layers of the notation. Images are laid out in a row before the first layer that takes numbers in a row, and at the end.
 *
 * @param noiseOf the noise of the first layer with weights, and of the others.
 */
export function layersOfSteps(
  steps: readonly LayerStep[],
  noiseOf: (side: 'input' | 'hidden') => LayerNoise,
): readonly LayerDefinition[] {
  let images = takeImages(steps);
  let side: 'input' | 'hidden' = 'input';
  const layers = steps.flatMap(({ kind, numbers }) => {
    const form: StepForm = forms[kind];
    const row = images && kind === 'dense' ? [flatten()] : [];
    if (kind === 'dense' || kind === 'flatten' || kind === 'global') images = false;
    const made = form.layers(numbers, noiseOf(side));
    if (form.weights) side = 'hidden';
    return [...row, ...made];
  });
  return images ? [...layers, flatten()] : layers;
}
