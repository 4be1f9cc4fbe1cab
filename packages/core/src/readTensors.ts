import { checkChoice } from './checkChoice.js';
import { checkOptionNames } from './checkOptionNames.js';
import { checkString } from './checkString.js';
import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';
import { formatShape } from './program/shapes.js';
import { readTensor } from './readTensor.js';
import type { TensorData, TensorMap } from './tensorData.js';

/** A required tensor. */
interface Needed {
  readonly name: string;
  readonly shape: readonly number[];
  /** A sentence for the message where it is missing, in place of the usual one. */
  readonly remedy?: string;
}

/**
 * Reads tensors from the caller: those of `needed`, with their data as float32 (see `toFloat32`). Other tensors are ignored, or
 * with `others: 'kept'` read as well. Throws `VARDROP_STATE` for tensors that are missing, have another shape or do not fill
 * it, and what `toFloat32` throws, with the name of the tensor and the position in it. `remedy` is a sentence for the messages.
 */
export function readTensors(
  what: string,
  needed: readonly Needed[],
  given: TensorMap<ArrayLike<number>>,
  options: { readonly others?: 'dropped' | 'kept'; readonly remedy: string },
): TensorMap {
  checkOptionNames('readTensors', options, { others: true, remedy: true });
  const { others = 'dropped', remedy } = options;
  checkChoice('VARDROP_OPTION', '[readTensors] others', others, ['dropped', 'kept']);
  checkString('[readTensors] remedy', remedy);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new VardropError(
      'VARDROP_STATE',
      `${what}: got ${formatValue(given)}, needs tensors by name. Pass those of a state, as fit returns it.`,
    );
  }
  const whole = wholeState(given);
  if (whole !== undefined) {
    throw new VardropError('VARDROP_STATE', `${what}: got ${whole.got}, needs tensors by name. Pass ${whole.pass}.`);
  }
  const read: Record<string, TensorData> = {};
  for (const { name, shape, remedy: ifMissing = remedy } of needed) {
    const tensor: TensorData<ArrayLike<number>> | undefined = Object.hasOwn(given, name) ? given[name] : undefined;
    if (!Array.isArray(tensor?.shape) || tensor.shape.join() !== shape.join()) {
      const got = Array.isArray(tensor?.shape) ? formatShape(tensor.shape) : formatValue(tensor);
      throw new VardropError(
        'VARDROP_STATE',
        `${what} '${name}': got ${got}, needs ${formatShape(shape)}. ${tensor === undefined ? ifMissing : remedy}`,
      );
    }
    read[name] = readTensor(`${what} '${name}'`, tensor);
  }
  if (others === 'dropped') return read;
  for (const [name, tensor] of Object.entries(given)) read[name] ??= readTensor(`${what} '${name}'`, tensor);
  return read;
}

/**
 * Recognizes an object that contains the tensors, if a caller passes it in their place. A tensor may itself be called
 * `parameters`.
 */
function wholeState(given: Readonly<Record<string, unknown>>): { got: string; pass: string } | undefined {
  const holds = (value: unknown, name: string): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  const tensorsOf = (path: string, state: Readonly<Record<string, unknown>>) =>
    state.carried === undefined ? `${path}.parameters` : `{ ...${path}.parameters, ...${path}.carried }`;
  if (holds(given.state, 'parameters')) {
    return { got: 'the result of fit', pass: tensorsOf('result.state', given.state) };
  }
  if (holds(given, 'parameters') && !holds(given.parameters, 'shape')) {
    return { got: 'a whole state', pass: tensorsOf('state', given) };
  }
  return undefined;
}
