import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkpointFile, encodeSafetensors, prefixed } from '../safetensors/index.js';
import { checkPosition } from '../training/state.js';
import { type CheckpointMetadata, formatVersion, naming, type StateToSave } from './checkpoint.js';

/**
 * A training state as the bytes of a safetensors file, which Python's `safetensors` reads too. Parameters are named
 * `parameters/dense1/weights`, running statistics `carried/batchNorm1/mean`, the optimizer's tensors `optimizer/firstMoment:dense1/weights`; step, seed, the optimizer's name
 * and the position in the data are metadata, `vardrop.step` and so on. Parameters alone are enough if training will not
 * continue. Throws `VARDROP_OPTION` for metadata whose name begins with `vardrop.` or whose value is not a string. Throws
 * `VARDROP_STATE` for an invalid state: a step or a seed that is not an integer, or a tensor whose data do not fill its shape.
 * So every file that is written can be read.
 */
export function serializeState(state: StateToSave, metadata: CheckpointMetadata = {}): Uint8Array<ArrayBuffer> {
  checkShape(state);
  const { parameters, carried = {}, optimizer = { name: 'none', slots: {} }, step = 0, seed = 0, position } = state;
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
    ...(position && {
      digest: position.digest,
      epoch: String(position.epoch),
      row: String(position.row),
      rows: String(position.rows),
    }),
  };
  return encodeSafetensors(
    checkpointFile,
    {
      ...prefixed(naming.parameters, parameters),
      ...prefixed(naming.carried, carried),
      ...prefixed(naming.slots, optimizer.slots),
    },
    { ...prefixed(naming.metadata, own), ...metadata },
  );
}

function checkShape(state: StateToSave): void {
  const refuse = (what: string, got: unknown, needs: string, remedy: string): never => {
    throw new VardropError(
      'VARDROP_STATE',
      `[checkpoint] ${what}: got ${formatValue(got)}, needs ${needs}. ${remedy}.`,
    );
  };
  if (!isRecord(state)) refuse('state', state, 'a training state', 'Pass the state that fit returned');
  if (!isRecord(state.parameters)) {
    const remedy = 'state' in state ? 'Pass result.state, not the result of fit' : 'Pass the state that fit returned';
    refuse('state.parameters', state.parameters, 'tensors by name', remedy);
  }
  if (state.carried !== undefined && !isRecord(state.carried))
    refuse('state.carried', state.carried, 'tensors by name', 'Pass the state that fit returned');
  for (const name of ['step', 'seed'] as const) {
    const { [name]: value = 0 } = state;
    if (Number.isSafeInteger(value) && value >= 0) continue;
    refuse(name, value, 'a non-negative integer', 'Pass the state that fit returned');
  }
  if (state.position !== undefined) checkPosition(state.position);
  if (state.optimizer === undefined) return;
  if (!isRecord(state.optimizer) || typeof state.optimizer.name !== 'string' || !isRecord(state.optimizer.slots)) {
    refuse('state.optimizer', state.optimizer, 'its name and its slots by name', 'Pass the state that fit returned');
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
