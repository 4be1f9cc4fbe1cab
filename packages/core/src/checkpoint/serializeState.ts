import { VardropError } from '../errors.js';
import { type CheckpointMetadata, formatVersion, naming, type StateToSave } from './checkpoint.js';
import { encodeSafetensors } from './encodeSafetensors.js';

/**
 * A training state as the bytes of a safetensors file, which Python's `safetensors` reads too. Parameters are named
 * `parameters/dense1/weights`, the optimizer's tensors `optimizer/firstMoment:dense1/weights`; step, seed and the
 * optimizer's name are metadata, `vardrop.step` and so on. The parameters of a state are enough where it is not to be trained on.
 * Throws `VARDROP_OPTION` for metadata of one's own whose
 * name begins with `vardrop.` or that are no strings, and `VARDROP_STATE` for tensors that do not fill their shape.
 */
export function serializeState(state: StateToSave, metadata: CheckpointMetadata = {}): Uint8Array {
  const { parameters, optimizer = { name: 'none', slots: {} }, step = 0, seed = 0 } = state;
  for (const [name, value] of Object.entries(metadata)) {
    if (!name.startsWith(naming.metadata) && typeof value === 'string') continue;
    throw new VardropError(
      'VARDROP_OPTION',
      `[checkpoint] metadata '${name}': got ${JSON.stringify(value)}, needs a string, under a name that does not begin with '${naming.metadata}'.`,
    );
  }
  const own = {
    format: formatVersion,
    library: '@vardrop/core',
    step: String(step),
    seed: String(seed),
    optimizer: optimizer.name,
  };
  return encodeSafetensors(
    { ...prefixed(naming.parameters, parameters), ...prefixed(naming.slots, optimizer.slots) },
    { ...prefixed(naming.metadata, own), ...metadata },
  );
}

function prefixed<T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
