import type { Resident } from '../gpujs/internals.js';

/** The values of a tensor: on the host, where gpu.js computes, or both. Owners are counted; the last one frees it. */
export interface Stored {
  /** The values on the host, copied there if needed. They must not be written to. */
  values(): Promise<Float32Array>;
  /** What kernels read; `place` copies it there on the first call. */
  resident(place: (values: Float32Array) => Promise<Resident>): Promise<Resident>;
  /** Moves the values to the host, before the kernel that made them is destroyed. */
  bringBack(): Promise<void>;
  /** Adds an owner, and returns this. */
  retain(): Stored;
  /** Removes an owner. The last one frees the tensor. */
  release(): void;
}

/** Values on the host, with one owner. */
export function storeValues(values: Float32Array): Stored {
  return create({ values });
}

/**
 * A tensor that gpu.js keeps, with one owner; `read` copies its values, and `freed` is called once, after the last
 * owner's release.
 */
export function storeResident(
  resident: Resident,
  read: (resident: Resident) => Promise<Float32Array>,
  freed: (stored: Stored) => void,
): Stored {
  return create({ resident, read, freed });
}

interface Start {
  readonly values?: Float32Array;
  readonly resident?: Resident;
  readonly read?: (resident: Resident) => Promise<Float32Array>;
  readonly freed?: (stored: Stored) => void;
}

function create(start: Start): Stored {
  let { values, resident } = start;
  let placing: Promise<Resident> | undefined;
  let reading: Promise<Float32Array> | undefined;
  let owners = 1;
  const forget = () => {
    resident?.delete();
    resident = undefined;
  };
  // One for all who ask meanwhile: `bringBack` deletes what another would still be reading.
  const read = async (): Promise<Float32Array> => {
    if (values) return values;
    reading ??= start.read?.(resident as Resident);
    try {
      return (await reading) as Float32Array;
    } finally {
      reading = undefined;
    }
  };
  const place = async (by: (values: Float32Array) => Promise<Resident>) => {
    try {
      resident = await by(values as Float32Array);
      return resident;
    } finally {
      placing = undefined;
    }
  };
  const stored: Stored = {
    values: read,
    async resident(by) {
      if (resident) return resident;
      placing ??= place(by);
      return placing;
    },
    async bringBack() {
      values = await read();
      forget();
    },
    retain() {
      owners++;
      return stored;
    },
    release() {
      if (--owners > 0) return;
      // At once: the kernel that made it may be destroyed next, and then it cannot be deleted.
      forget();
      start.freed?.(stored);
    },
  };
  return stored;
}
