import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { ParameterSpecification } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import { elementCount } from '../program/shapes.js';
import type { LikelihoodValues } from './likelihood.js';

/**
 * Where the spread of the targets around their location comes from. `learned`: one for each output, learned. `output`: the network
 * gives it for each row; the second half of the outputs' last axis is its logarithm. Numbers: it is known.
 */
export type SpreadSource = 'learned' | 'output' | number | readonly number[];

/** The location of targets and the logarithm of their spread, of shapes that broadcast to each other. */
export interface LocationAndSpread {
  readonly location: Value;
  readonly logSpread: Value;
}

/** A spread of targets as a part of a likelihood. */
export interface Spread {
  targetShape(outputShape: readonly number[]): readonly number[];
  parameters(outputShape: readonly number[]): readonly ParameterSpecification[];
  of(b: Builder, output: Value, parameters: LikelihoodValues): LocationAndSpread;
}

/**
 * The spread of a likelihood `who`. `option` is the name of its option (`variance`, `scale`), `parameter` that of its logarithm,
 * which is the learned parameter, and `initial` where that starts. Throws `VARDROP_VARIANCE` for anything but a source of spreads
 * and for an initial value that is not finite.
 */
export function createSpread(
  who: string,
  about: {
    readonly option: string;
    readonly parameter: string;
    readonly source: SpreadSource;
    readonly initial: number;
  },
): Spread {
  const { option, parameter, source, initial } = about;
  const refuse = (what: string, got: unknown, needs: string): never => {
    throw new VardropError('VARDROP_VARIANCE', `[${who}] ${what}: got ${formatValue(got)}, needs ${needs}.`);
  };
  if (!Number.isFinite(initial))
    refuse(parameter, initial, `a finite number, the natural logarithm of the ${option} of the targets`);
  const given = typeof source === 'number' ? [source] : source;
  if (Array.isArray(given)) {
    if (given.length === 0 || !given.every((each) => typeof each === 'number' && each > 0 && Number.isFinite(each)))
      refuse(option, source, "positive numbers, one for all or one for each output, or 'learned', or 'output'");
    return givenSpread(who, option, given);
  }
  if (given === 'learned') return learnedSpread(parameter, initial);
  if (given === 'output') return outputSpread(who, option);
  return refuse(option, source, "'learned', 'output', or positive numbers");
}

function learnedSpread(name: string, initial: number): Spread {
  return {
    targetShape: (outputShape) => outputShape,
    parameters: (outputShape) => [{ name, shape: outputShape, initialize: { kind: 'constant', value: initial } }],
    of: (_, output, parameters) => ({ location: output, logSpread: parameters[name] }),
  };
}

function givenSpread(who: string, option: string, values: readonly number[]): Spread {
  const logs = values.map(Math.log);
  return {
    targetShape(outputShape) {
      if (logs.length === 1 || logs.length === elementCount(outputShape)) return outputShape;
      throw new VardropError(
        'VARDROP_SHAPE',
        `[${who}] ${option}: got ${logs.length} numbers for outputs [batch, ${outputShape.join(', ')}], needs one for all or one for each output. Give ${elementCount(outputShape)}.`,
      );
    },
    parameters: () => [],
    of: (b, output) => ({
      location: output,
      logSpread: logs.length === 1 ? b.constant(logs[0]) : b.constant(logs, output.shape.slice(1)),
    }),
  };
}

function outputSpread(who: string, option: string): Spread {
  return {
    targetShape(outputShape) {
      const last = outputShape.length - 1;
      if (last >= 0 && outputShape[last] % 2 === 0)
        return outputShape.map((length, axis) => (axis === last ? length / 2 : length));
      throw new VardropError(
        'VARDROP_SHAPE',
        `[${who}] outputs: got [batch, ${outputShape.join(', ')}], needs an even number for ${option}: 'output': first the locations, then the logarithms of the ${option}. End the model with dense({ units: 2 * outputs }).`,
      );
    },
    parameters: () => [],
    of(b, output) {
      const last = output.shape.length - 1;
      const half = (output.shape[last] as number) / 2;
      const part = (start: number, end: number) =>
        b.slice(output, [...output.shape.slice(1).map(() => undefined), { start, end }]);
      return { location: part(0, half), logSpread: part(half, 2 * half) };
    },
  };
}
