import type { Resident } from './internals.js';

/** The values of a tensor: on the host, where gpu.js computes, or both. Owners are counted; the last one frees it. */
export interface Stored {
  /** The values on the host, not to be written to: those that are there, or a copy of those that are not. */
  values(): Promise<Float32Array>;
  /** What kernels read, copied there by `place` the first time that it is asked for. */
  resident(place: (values: Float32Array) => Promise<Resident>): Promise<Resident>;
  /** Brings the values back to the host, before that which made them is destroyed. */
  bringBack(): Promise<void>;
  /** Adds an owner. Returns the same. */
  retain(): Stored;
  /** Takes an owner away. */
  release(): void;
}

/** Values on the host, with one owner. */
export function storeValues(values: Float32Array): Stored {
  return create({ values });
}

/** A tensor that gpu.js keeps, with one owner; `read` copies its values, and `freed` is called once, after the last owner. */
export function storeResident(
  resident: Resident,
  read: (resident: Resident) => Promise<Float32Array>,
  freed: (stored: Stored) => void,
): Stored {
  return create({ resident: Promise.resolve(resident), read, freed });
}

interface Start {
  values?: Float32Array;
  resident?: Promise<Resident>;
  readonly read?: (resident: Resident) => Promise<Float32Array>;
  readonly freed?: (stored: Stored) => void;
}

function create(start: Start): Stored {
  let { values, resident } = start;
  let owners = 1;
  const forget = () => {
    // What was never placed has nothing to delete.
    resident?.then((each) => each.delete()).catch(() => undefined);
    resident = undefined;
  };
  const read = async (): Promise<Float32Array> =>
    values ?? ((await start.read?.((await resident) as Resident)) as Float32Array);
  const stored: Stored = {
    values: read,
    resident(place) {
      if (!resident) {
        resident = place(values as Float32Array);
        resident.catch(() => {
          resident = undefined;
        });
      }
      return resident;
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
      forget();
      start.freed?.(stored);
    },
  };
  return stored;
}
