import { checkBoolean } from '../../checkBoolean.js';
import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import type { Builder, Value } from '../../program/builder.js';
import { defineLayer } from '../defineLayer.js';
import { denseMap } from '../dense.js';
import type { DatapointShape, Layer } from '../layer.js';
import type { LayerDefaults } from '../layerDefaults.js';
import {
  buildLinearPart,
  checkLinearOptions,
  type LinearOptions,
  linearOptionsElsewhere,
  linearPartOptionNames,
  partParameters,
} from '../linearPart.js';
import { checkPositive, sequenceShape } from '../window.js';
import { dotProductAttention } from './dotProductAttention.js';

/** Options of attention. Noise, estimator, divergence, bias and initializer are those of all four parts. */
export interface MultiHeadAttentionOptions extends LinearOptions {
  readonly heads: number;
  /** Units of one head. Default: the units of the queries' sequence divided by `heads`. */
  readonly size?: number;
  /** Units of the outputs. Default: as many as the queries' sequence has. */
  readonly units?: number;
  /** Whether step i attends to the steps 0 to i only. Default: false. */
  readonly causal?: boolean;
  /** Whether the last input is a mask. Default: false. */
  readonly mask?: boolean;
}

const elsewhere = {
  ...linearOptionsElsewhere,
  numHeads: 'Write heads.',
  keyDim: 'Write size.',
  valueDim: 'Values have the size of queries and keys: write size.',
  embedDim: 'Leave it out: the inputs have it. Write units for other outputs.',
  outputShape: 'Write units.',
  dropout: 'Write noise.',
  isCausal: 'Write causal.',
  useCausalMask: 'Write causal.',
  attentionMask: 'Write mask: true, and call the layer with the mask as last input.',
  keyPaddingMask: 'Write mask: true, and call the layer with the mask as last input.',
} as const;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2). It is called on sequences: on `(x)` to attend to itself, on
 * `(query, value)`, or on `(query, value, key)`, `[batch, queries, in]` and `[batch, keys, in]` → `[batch, queries, units]`. Values
 * and keys have as many steps; without a key the value's sequence is used.
 *
 * With `mask: true` the last input is a mask, `[batch, keys]` or `[batch, queries, keys]`: 1 where a query attends to a key, 0
 * elsewhere (above ½ counts as 1), for all heads. A query without a key to attend to gets zeros from all heads, so its output is
 * the bias of `output`. With `causal`, query i attends to keys 0 to i, also where there are more keys than queries.
 *
 * The parts `query`, `key`, `value` have weights `[in, heads · size]`, where head h has the columns from `h · size` on, and
 * `output` has `[heads · size, units]`. Each has a bias, noise and a divergence of its own, as `dense` on a sequence has: noise on
 * inputs draws one factor per unit and datapoint, and with `localReparametrization` independent weight noise is drawn for each
 * step; `flipout`, `singleSample` and `separateSamples` keep the law of the weights.
 *
 * Pruning removes units of the inputs where both `size` and `units` are given, and units of the outputs.
 *
 * Throws `VARDROP_LAYER` for numbers that are not positive integers, `VARDROP_OPTION` for unknown options, and when built
 * `VARDROP_SHAPE` for inputs that do not fit and for heads that do not divide the units where `size` is left out, and
 * `VARDROP_COMBINATION` for noise, estimator and divergence that cannot be combined.
 */
export function multiHeadAttention(options: MultiHeadAttentionOptions): Layer {
  const own = { heads: true, size: true, units: true, causal: true, mask: true } as const;
  checkOptionNames('multiHeadAttention', options, { ...own, ...linearPartOptionNames }, elsewhere);
  const { heads, causal = false, mask = false } = options;
  checkPositive('multiHeadAttention', 'heads', heads);
  if (options.size !== undefined) checkPositive('multiHeadAttention', 'size', options.size);
  if (options.units !== undefined) checkPositive('multiHeadAttention', 'units', options.units);
  checkBoolean('[multiHeadAttention] causal', causal);
  checkBoolean('[multiHeadAttention] mask', mask);
  checkLinearOptions('multiHeadAttention', options);
  // Otherwise the other sizes follow that of the inputs.
  const isFixed = options.size !== undefined && options.units !== undefined;
  return defineLayer({
    kind: 'multiHeadAttention',
    name: options.name,
    arity: mask ? [2, 4] : [1, 3],
    recipe: { part: 'multiHeadAttention', options },
    withUnits: (count) => multiHeadAttention({ ...options, units: count }),
    build(name, inputShapes, defaults) {
      const sizes = attentionSizes(name, inputShapes, options);
      const parts = attentionParts(name, sizes, options, defaults);
      const { query, key, value, output } = parts;
      const sequences = inputShapes.length - (mask ? 1 : 0);
      const all = Object.values(parts);
      return {
        name,
        kind: 'multiHeadAttention',
        inputShapes,
        outputShape: [sizes.queries, sizes.units],
        parameters: partParameters(all),
        parts: all,
        ...(isFixed && { inputParts: readers[sequences - 1] }),
        outputPart: 'output',
        apply(b, inputs, parameters, mode) {
          const { sequences: given, mask: ofMask } = splitMask(inputs, mask);
          const [ofQuery, ofValue, ofKey] = inRoles(given);
          const attended = dotProductAttention(
            b,
            {
              query: splitHeads(b, query.apply(b, ofQuery, parameters, mode), heads),
              key: splitHeads(b, key.apply(b, ofKey, parameters, mode), heads),
              value: splitHeads(b, value.apply(b, ofValue, parameters, mode), heads),
            },
            {
              causal,
              mask:
                ofMask && b.reshape(ofMask, ['batch', 1, ofMask.shape.length === 2 ? 1 : sizes.queries, sizes.keys]),
            },
          );
          return b.label(output.apply(b, joinHeads(b, attended), parameters, mode), 'output');
        },
      };
    },
  });
}

/** Which parts read each sequence, where there are one, two or three. */
const readers = [[['query', 'key', 'value']], [['query'], ['value', 'key']], [['query'], ['value'], ['key']]] as const;

interface Sizes {
  readonly queries: number;
  readonly keys: number;
  /** Units of the inputs of the three parts. */
  readonly inputs: { readonly query: number; readonly key: number; readonly value: number };
  /** heads · size */
  readonly inner: number;
  readonly units: number;
}

/** Checks the inputs against each other. */
function attentionSizes(
  name: string,
  inputShapes: readonly DatapointShape[],
  { heads, mask = false, ...options }: MultiHeadAttentionOptions,
): Sizes {
  const { sequences, mask: ofMask } = splitMask(inputShapes, mask);
  const [ofQuery, ofValue, ofKey] = inRoles(sequences);
  const [, queries, query] = sequenceShape(`${name}/query`, ofQuery);
  const [, steps, value] = sequenceShape(`${name}/value`, ofValue);
  const [, keys, key] = sequenceShape(`${name}/key`, ofKey);
  const refuse = (what: string, got: string, needs: string): never => {
    throw new VardropError('VARDROP_SHAPE', `[${name}] ${what}: got ${got}, needs ${needs}.`);
  };
  if (steps !== keys) refuse('key', batchOf(ofKey), `${steps} steps as the value ${batchOf(ofValue)} has`);
  if (ofMask && !(sameAs(ofMask, [keys]) || sameAs(ofMask, [queries, keys]))) {
    refuse('mask', batchOf(ofMask), `${batchOf([keys])} or ${batchOf([queries, keys])}`);
  }
  const { size = query / heads, units = query } = options;
  if (!Number.isInteger(size)) {
    refuse('heads', `${heads} for ${query} units`, `a number that divides ${query}, or size, the units of one head`);
  }
  return { queries, keys, inputs: { query, key, value }, inner: heads * size, units };
}

function attentionParts(
  name: string,
  { queries, keys, inputs, inner, units }: Sizes,
  options: MultiHeadAttentionOptions,
  defaults: LayerDefaults,
) {
  const part = (role: string, steps: number, from: number, to: number) =>
    buildLinearPart(
      name,
      { name: role, weightShape: [from, to], map: denseMap([steps], from, to), initializer: 'glorot' },
      options,
      defaults,
    );
  return {
    query: part('query', queries, inputs.query, inner),
    key: part('key', keys, inputs.key, inner),
    value: part('value', keys, inputs.value, inner),
    output: part('output', queries, inner, units),
  };
}

/** The sequences among the inputs, and the mask. */
function splitMask<T>(inputs: readonly T[], masked: boolean): { readonly sequences: readonly T[]; readonly mask?: T } {
  return masked ? { sequences: inputs.slice(0, -1), mask: inputs[inputs.length - 1] } : { sequences: inputs };
}

/** Query, value and key, of one sequence to three. */
function inRoles<T>(sequences: readonly T[]): readonly [query: T, value: T, key: T] {
  const [query, value = query, key = value] = sequences;
  return [query, value, key];
}

/** `[batch, steps, heads · size]` → `[batch, heads, steps, size]`. */
function splitHeads(b: Builder, x: Value, heads: number): Value {
  const [, steps, units] = x.shape as readonly number[];
  return b.transpose(b.reshape(x, ['batch', steps, heads, units / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, steps, size]` → `[batch, steps, heads · size]`. */
function joinHeads(b: Builder, x: Value): Value {
  const [, heads, steps, size] = x.shape as readonly number[];
  return b.reshape(b.transpose(x, [0, 2, 1, 3]), ['batch', steps, heads * size]);
}

function batchOf(shape: DatapointShape): string {
  return `[batch, ${shape.join(', ')}]`;
}

function sameAs(a: DatapointShape, b: DatapointShape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
