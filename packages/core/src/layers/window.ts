import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Padding } from '../program/program.js';
import { dilatedSize, samePadding, windowShape } from '../program/shapes.js';

/** `valid`: the window stays inside. `same`: zeros are added so that `ceil(n / stride)` cells come out. */
export type PaddingMode = 'same' | 'valid';

/** A height and a width. */
export type Pair = readonly [number, number];

/** How a window moves over an image. `causal`: all zeros are added before, so that a cell depends on none after it. */
export interface WindowChoice {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: PaddingMode | 'causal';
}

/** A window that moves over an image of known size: `padding` in cells, and how many `[rows, columns]` come out. */
export interface PlacedWindow {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
  readonly output: Pair;
}

/** Throws `VARDROP_LAYER` unless a value is a positive integer. */
export function checkPositive(who: string, what: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new VardropError('VARDROP_LAYER', `[${who}] ${what}: got ${formatValue(value)}, needs a positive integer.`);
}

/** A height and a width from one number or two. Throws `VARDROP_LAYER` unless they are positive integers. */
export function pair(who: string, what: string, value: number | Pair): Pair {
  const result = typeof value === 'number' ? ([value, value] as const) : value;
  if (!Array.isArray(result) || result.length !== 2 || !result.every((n) => Number.isInteger(n) && n > 0)) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[${who}] ${what}: got ${formatValue(value)}, needs a positive integer or two of them.`,
    );
  }
  return result;
}

/** Throws `VARDROP_LAYER` for a padding that is not one of `modes`. */
function checkPadding(who: string, padding: WindowChoice['padding'], modes: readonly WindowChoice['padding'][]): void {
  if (modes.includes(padding)) return;
  const names = modes.map((mode) => `'${mode}'`);
  const needs = `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
  throw new VardropError('VARDROP_LAYER', `[${who}] padding: got ${formatValue(padding)}, needs ${needs}.`);
}

/** What a window of images may be given as; what is left out is 1, and `valid`. */
interface WindowOptions {
  readonly size: number | Pair;
  readonly strides?: number | Pair;
  readonly dilations?: number | Pair;
  readonly padding?: PaddingMode;
}

/** A window of images. Throws `VARDROP_LAYER` for lengths that are not positive integers and for an unknown padding. */
export function readWindow(who: string, options: WindowOptions): WindowChoice {
  // Not `??`, because null is a mistake.
  const { size, strides = 1, dilations = 1, padding = 'valid' } = options;
  checkPadding(who, padding, ['same', 'valid']);
  return {
    size: pair(who, 'size', size),
    strides: pair(who, 'strides', strides),
    dilations: pair(who, 'dilations', dilations),
    padding,
  };
}

/** What a window of sequences may be given as; what is left out is 1, and `valid`. */
interface StepsOptions {
  readonly size: number;
  readonly strides?: number;
  readonly dilations?: number;
  readonly padding?: WindowChoice['padding'];
}

/** A window of sequences, which are images of height 1. Throws like `readWindow`; `modes` are the paddings that it may have. */
export function readStepsWindow(
  who: string,
  options: StepsOptions,
  modes: readonly WindowChoice['padding'][] = ['same', 'valid'],
): WindowChoice {
  const { size, strides = 1, dilations = 1, padding = 'valid' } = options;
  checkPadding(who, padding, modes);
  for (const [what, value] of Object.entries({ size, strides, dilations })) checkPositive(who, what, value);
  return { size: [1, size], strides: [1, strides], dilations: [1, dilations], padding };
}

/** The axes of an image. Throws `VARDROP_SHAPE` for other inputs. */
export function imageShape(name: string, shape: readonly number[]): readonly [number, number, number] {
  if (shape.length !== 3) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${name}] inputs: got [batch, ${shape.join(', ')}], needs images [batch, height, width, channels]. Declare the model's input so, or put a reshape before it.`,
    );
  }
  return [shape[0], shape[1], shape[2]];
}

/** A sequence as an image of height 1. Throws `VARDROP_SHAPE` for other inputs. */
export function sequenceShape(name: string, shape: readonly number[]): readonly [number, number, number] {
  if (shape.length !== 2) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${name}] inputs: got [batch, ${shape.join(', ')}], needs sequences [batch, steps, channels]. Declare the model's input so, or put a reshape before it.`,
    );
  }
  return [1, shape[0], shape[1]];
}

/** Places a window on an image `[height, width, channels]`. Throws `VARDROP_SHAPE` if the window is larger. */
export function placeWindow(who: string, image: readonly number[], window: WindowChoice): PlacedWindow {
  const { size, strides, dilations, padding: mode } = window;
  const [height, width] = image;
  const spans: Pair = [dilatedSize(size[0], dilations[0]), dilatedSize(size[1], dilations[1])];
  const padding = cells(mode, height, width, spans, strides);
  return { size, strides, dilations, padding, output: windowShape(['batch', ...image], spans, strides, padding, who) };
}

function cells(mode: WindowChoice['padding'], height: number, width: number, spans: Pair, strides: Pair): Padding {
  switch (mode) {
    case 'valid':
      return [0, 0, 0, 0];
    case 'same':
      return samePadding(height, width, spans, strides);
    case 'causal':
      return [spans[0] - 1, 0, spans[1] - 1, 0];
  }
}

/**
 * The window whose places on an image `whole` are the pixels of `image`, as transposed convolutions need it. `valid`: the whole
 * is as large as filters reach. `same`: it is the image times the strides.
 */
export function placeTransposed(
  who: string,
  image: readonly number[],
  window: WindowChoice,
): { readonly placed: PlacedWindow; readonly whole: Pair } {
  const length = (axis: 0 | 1) =>
    window.padding === 'same'
      ? image[axis] * window.strides[axis]
      : (image[axis] - 1) * window.strides[axis] + window.size[axis];
  const whole: Pair = [length(0), length(1)];
  return { placed: placeWindow(who, [...whole, 1], window), whole };
}
