import { type BytesSource, bytesOf } from '../backend/bytesOf.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { below, checkpointFile, decodeSafetensors } from '../safetensors/index.js';
import { type Checkpoint, formatVersion, naming } from './checkpoint.js';

/**
 * Reads what `serializeState` has written, bit for bit. Throws what `decodeSafetensors` throws, and
 * `VARDROP_CHECKPOINT_FOREIGN` for safetensors files without a training state in this format.
 *
 * @param bytes a buffer, or any view of one; the result does not share memory with it
 */
export function deserializeState(bytes: BytesSource): Checkpoint {
  const view = bytesOf(bytes);
  if (view === undefined) {
    throw new VardropError(
      'VARDROP_CHECKPOINT_FORMAT',
      `[checkpoint] bytes: got ${formatValue(bytes)}, needs an ArrayBuffer or a view of one. Pass what serializeState returned, or use loadCheckpoint of @vardrop/core/node for paths and blobs.`,
    );
  }
  const { tensors, metadata } = decodeSafetensors(checkpointFile, view);
  if (metadata['vardrop.network'] !== undefined) {
    foreign('file: got a network, needs a training state', 'It is a network: read it with loadNetwork');
  }
  const own = (name: string): string => {
    const value = metadata[naming.metadata + name];
    if (value === undefined) foreign(`metadata '${naming.metadata}${name}': got nothing, needs it`);
    return value;
  };
  if (own('format') !== formatVersion) {
    foreign(`format: got version ${own('format')}, needs version ${formatVersion}`);
  }
  const count = (name: string): number => {
    const value = own(name);
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number))
      foreign(`metadata '${naming.metadata}${name}': got '${value}', needs an integer`);
    return number;
  };
  for (const name of Object.keys(tensors)) {
    const prefixes = [naming.parameters, naming.carried, naming.slots];
    if (prefixes.some((prefix) => name.startsWith(prefix))) continue;
    foreign(`tensor '${name}': got a name with none of ${prefixes.join(', ')} before it, needs one`);
  }
  const carried = below(naming.carried, tensors);
  const state = {
    parameters: below(naming.parameters, tensors),
    ...(Object.keys(carried).length > 0 && { carried }),
    optimizer: { name: own('optimizer'), slots: below(naming.slots, tensors) },
    step: count('step'),
    seed: count('seed'),
    ...(metadata[`${naming.metadata}digest`] !== undefined && {
      position: { epoch: count('epoch'), row: count('row'), rows: count('rows'), digest: own('digest') },
    }),
  };
  const others = Object.entries(metadata).filter(([name]) => !name.startsWith(naming.metadata));
  return { state, metadata: Object.fromEntries(others) };
}

function foreign(what: string, remedy = 'Choose a file that saveCheckpoint of this version has written'): never {
  throw new VardropError('VARDROP_CHECKPOINT_FOREIGN', `[checkpoint] ${what}. ${remedy}.`);
}
