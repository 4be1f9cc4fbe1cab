import { VardropError } from '../../errors.js';
import type { LayerCall } from './model.js';

/** What reads the numbers of an input as row numbers. */
export interface RowLimit {
  /** Numbers are below this one. */
  readonly rows: number;
  /** The name of the layer with the fewest rows. */
  readonly layer: string;
}

/**
 * The limits of inputs whose numbers name rows, such as those of an embedding, by the names of the inputs. Layers that only move
 * numbers may be between. Throws `VARDROP_MODEL` where other layers compute the row numbers: these would be read as zeros
 * wherever they are not whole.
 */
export function rowLimits(who: string, calls: readonly LayerCall[]): ReadonlyMap<string, RowLimit> {
  const limits = new Map<string, RowLimit>();
  const demand = (name: string, limit: RowLimit) => {
    const earlier = limits.get(name);
    if (earlier === undefined || limit.rows < earlier.rows) limits.set(name, limit);
  };
  // All that reads a call comes after it, so its limit is known when the walk reaches it.
  for (const { name, layer, inputs } of [...calls].reverse()) {
    const limit = limits.get(name);
    if (limit !== undefined) {
      if (layer.movesOnly !== true) refuse(who, name, limit.layer);
      for (const input of inputs) demand(input, limit);
    }
    if (layer.indexRows !== undefined) demand(inputs[0], { rows: layer.indexRows, layer: layer.name });
  }
  return limits;
}

function refuse(who: string, from: string, reader: string): never {
  throw new VardropError(
    'VARDROP_MODEL',
    `[${who}] '${reader}': got the outputs of '${from}', which computes numbers, needs row numbers from an input, through layers such as reshape at most. Call it on input({ shape, kind: 'integers' }).`,
  );
}
