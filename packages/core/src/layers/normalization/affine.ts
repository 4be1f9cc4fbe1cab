import { checkBoolean } from '../../checkBoolean.js';
import { checkString } from '../../checkString.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { LayerParameters, ParameterSpecification } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';

/** Options that normalizations share. */
export interface NormOptions {
  readonly name?: string;
  /** Added to the variance, so that constant inputs do not divide by 0. */
  readonly epsilon?: number;
  /** Whether each channel is multiplied by a learned `scale`, which starts as 1. Default: true. */
  readonly scale?: boolean;
  /** Whether a learned `shift` is added to each channel, which starts as 0. Default: true. */
  readonly shift?: boolean;
}

/** The names of these options. */
export const normOptionNames = {
  name: true,
  epsilon: true,
  scale: true,
  shift: true,
} as const satisfies Readonly<Record<keyof NormOptions, true>>;

/** What other libraries call these options. */
export const normOptionsElsewhere = {
  eps: 'Write epsilon.',
  affine: 'Write scale and shift.',
  elementwiseAffine: 'Write scale and shift.',
  center: 'Write shift.',
  bias: 'Write shift.',
  axis: 'Channels are on the last axis.',
} as const;

/** Throws `VARDROP_OPTION` for a name or a flag of another type, `VARDROP_LAYER` unless `epsilon` is a positive number. */
export function checkNormOptions(who: string, { name, epsilon, scale = true, shift = true }: NormOptions): void {
  if (name !== undefined) checkString(`[${who}] name`, name);
  checkBoolean(`[${who}] scale`, scale);
  checkBoolean(`[${who}] shift`, shift);
  if (epsilon === undefined || (Number.isFinite(epsilon) && epsilon > 0)) return;
  throw new VardropError('VARDROP_LAYER', `[${who}] epsilon: got ${formatValue(epsilon)}, needs a positive number.`);
}

/** `scale` and `shift` `[channels]`, as far as the options want them. They have no noise. */
export function affineParameters(
  channels: number,
  { scale = true, shift = true }: Pick<NormOptions, 'scale' | 'shift'>,
): readonly ParameterSpecification[] {
  const specification = (name: string, value: number): ParameterSpecification => ({
    name,
    shape: [channels],
    initialize: { kind: 'constant', value },
  });
  return [...(scale ? [specification('scale', 1)] : []), ...(shift ? [specification('shift', 0)] : [])];
}

/** `x · inverse · scale + shift`, where those are given. `inverse` broadcasts to `x`. */
export function affine(b: Builder, x: Value, inverse: Value | undefined, { scale, shift }: LayerParameters): Value {
  // Where each channel has one inverse, the product of the two factors is the smallest.
  const factors = [inverse, scale].filter((factor) => factor !== undefined);
  const joined = inverse?.shape.length === 1 && scale !== undefined ? [b.mul(inverse, scale)] : factors;
  const scaled = joined.reduce((product, factor) => b.mul(product, factor), x);
  return b.label(shift === undefined ? scaled : b.add(scaled, shift), 'output');
}

/** `1 / √(variance + epsilon)`. */
export function inverseDeviation(b: Builder, variance: Value, epsilon: number): Value {
  return b.div(1, b.sqrt(b.add(variance, epsilon)));
}
