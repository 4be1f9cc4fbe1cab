import type { Supports } from '@vardrop/core/backend';
import { boundShape, type ConvolutionOptions, createBuilder, elementCount, type Op } from '@vardrop/core/program';
import fc from 'fast-check';
import { type CaseOf, casesOf, type OperationCase } from './operationCase.js';
import { tensorValues } from './values.js';

type Pair = readonly [number, number];
type Padding = readonly [number, number, number, number];

interface WindowCase {
  readonly image: readonly [number, number, number, number];
  readonly size: Pair;
  readonly window: { readonly strides: Pair; readonly padding: Padding };
}

const pairOf = (least: number, most: number): fc.Arbitrary<Pair> =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
const paddings = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2));

/** Images and windows that fit. Padding is smaller than the window, so that no window lies entirely in the padding. */
const windows: fc.Arbitrary<WindowCase> = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 3 }),
    image: pairOf(1, 6),
    size: pairOf(1, 3),
    strides: pairOf(1, 3),
    padding: paddings,
  })
  .map(({ batch, channels, image: [height, width], size, strides, padding }) => {
    const clipped = clip(padding, size);
    const [top, bottom, left, right] = clipped;
    const fitted = [Math.min(size[0], height + top + bottom), Math.min(size[1], width + left + right)] as const;
    return { image: [batch, height, width, channels], size: fitted, window: { strides, padding: clipped } };
  });

/** Padding clipped to less than the span of a window. */
function clip(padding: Padding, [height, width]: Pair): Padding {
  const [top, bottom, left, right] = padding;
  return [
    Math.min(top, height - 1),
    Math.min(bottom, height - 1),
    Math.min(left, width - 1),
    Math.min(right, width - 1),
  ];
}

interface ConvolutionCase {
  readonly image: readonly number[];
  readonly filter: readonly number[];
  readonly options: ConvolutionOptions;
}

/** The same with dilated filters and with groups. Some groups have one channel, with one filter or more. */
const convolutions: fc.Arbitrary<ConvolutionCase> = fc
  .record({
    each: windows,
    dilations: fc.oneof({ weight: 1, arbitrary: fc.constant([1, 1] as const) }, { weight: 2, arbitrary: pairOf(1, 3) }),
    groups: fc.oneof(
      { weight: 2, arbitrary: fc.constant(1) },
      { weight: 3, arbitrary: fc.integer({ min: 2, max: 3 }) },
    ),
    perGroup: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 3 }),
    more: paddings,
  })
  .map(({ each, dilations, groups, perGroup, filters, more }) => {
    const { image, size, window } = each;
    const [top, bottom, left, right] = window.padding;
    const apart = (axis: 0 | 1, length: number) =>
      size[axis] === 1 ? dilations[axis] : Math.min(dilations[axis], Math.floor((length - 1) / (size[axis] - 1)));
    const fitted = [apart(0, image[1] + top + bottom), apart(1, image[2] + left + right)] as const;
    const reach = [(size[0] - 1) * fitted[0] + 1, (size[1] - 1) * fitted[1] + 1] as const;
    const [a, b, c, d] = more;
    return {
      image: [image[0], image[1], image[2], groups === 1 ? image[3] : groups * perGroup],
      filter: [...size, groups === 1 ? image[3] : perGroup, groups * filters],
      options: {
        strides: window.strides,
        padding: clip([top + a, bottom + b, left + c, right + d], reach),
        dilations: fitted,
        groups,
      },
    };
  });

/** The shape of a convolution's result. */
function convolved({ image, filter, options }: ConvolutionCase): number[] {
  const b = createBuilder('shape');
  return [...boundShape(b.conv2d(b.input('image', image), b.input('filter', filter), options).shape)];
}

/** Images. If infinities are allowed, some contain windows with nothing but −∞, like the padding of a maximum. */
function images(shape: readonly number[], nonFinite: boolean): fc.Arbitrary<Float32Array> {
  const length = elementCount(shape);
  const numbers = tensorValues(length, { nonFinite });
  if (!nonFinite) return numbers;
  const low = fc.constantFrom(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, -1);
  const mostlyLow = fc.array(low, { minLength: length, maxLength: length }).map((each) => Float32Array.from(each));
  return fc.oneof({ weight: 3, arbitrary: numbers }, { weight: 1, arbitrary: mostlyLow });
}

/** The shape of a pooling's result. */
function pooled({ image, size, window }: WindowCase): number[] {
  const b = createBuilder('shape');
  return [...boundShape(b.averagePool2d(b.input('image', image), size, window).shape)];
}

function convolutionCases(of: CaseOf): fc.Arbitrary<OperationCase> {
  return convolutions.chain(({ image, filter, options }) =>
    of([image, filter], (b, [x, w]) => b.conv2d(x, w, options)),
  );
}

/** Cases for convolutions, pooling, and their gradients. */
export function windowCases({ nonFinite }: Supports): ReadonlyMap<Op, fc.Arbitrary<OperationCase>> {
  const of = (op: Op) => casesOf(op, nonFinite);
  return new Map<Op, fc.Arbitrary<OperationCase>>([
    ['conv2d', convolutionCases(of('conv2d'))],
    [
      'conv2dInputGradient',
      convolutions.chain((each) =>
        of('conv2dInputGradient')([each.filter, convolved(each)], (b, [w, dy]) =>
          b.conv2dInputGradient(w, dy, each.image, each.options),
        ),
      ),
    ],
    [
      'conv2dFilterGradient',
      convolutions.chain((each) =>
        of('conv2dFilterGradient')([each.image, convolved(each)], (b, [x, dy]) =>
          b.conv2dFilterGradient(x, dy, each.filter, each.options),
        ),
      ),
    ],
    ...(['maxPool2d', 'averagePool2d'] as const).map(
      (op) =>
        [op, windows.chain((each) => of(op)([each.image], (b, [x]) => b[op](x, each.size, each.window)))] as const,
    ),
    [
      'maxPool2dGradient',
      windows.chain((each) =>
        of('maxPool2dGradient')(
          [each.image, pooled(each)],
          (b, [x, dy]) => b.maxPool2dGradient(x, dy, each.size, each.window),
          [images(each.image, nonFinite)],
        ),
      ),
    ],
    [
      'averagePool2dGradient',
      windows.chain((each) =>
        of('averagePool2dGradient')([pooled(each)], (b, [dy]) =>
          b.averagePool2dGradient(dy, each.image, each.size, each.window),
        ),
      ),
    ],
  ]);
}
