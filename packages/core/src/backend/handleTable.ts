import { checkFunction } from '../checkFunction.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkString } from '../checkString.js';
import { VardropError } from '../errors.js';
import { refuseClosed } from './backendLifetime.js';
import type { Tensor } from './contract.js';

/** The handles that a backend has given out, and the entry of each. */
export interface HandleTable<Entry> {
  /** Creates a handle that owns `entry`. */
  add(entry: Entry, shape: readonly number[]): Tensor;
  /** The entry of a handle. Throws `VARDROP_DISPOSED`, or `VARDROP_INPUT` for a handle of another backend. */
  get(tensor: Tensor, who: string): Entry;
  /** Frees the entry of a handle. Throws like `get`. */
  dispose(tensor: Tensor): void;
  /**
   * Frees the entries of all handles, for the backend's `close`. Later uses of the handles report that the backend is
   * closed.
   */
  disposeAll(): void;
  /** How many handles have not been disposed of. */
  count(): number;
}

/** The options of a handle table. */
export interface HandleTableOptions<Entry> {
  /** The backend's name, for messages. */
  readonly name: string;
  /** Called once for each entry, when its handle is disposed of. */
  readonly free?: (entry: Entry) => void;
  /** Whether the framework has freed an entry without a call to `dispose`. */
  readonly isGone?: (entry: Entry) => boolean;
}

/** Creates a table of handles. Backends use it to track the tensors that they have given out. */
export function createHandleTable<Entry>(options: HandleTableOptions<Entry>): HandleTable<Entry> {
  checkOptionNames('createHandleTable', options, { name: true, free: true, isGone: true });
  const { name, free, isGone } = options;
  checkString('[createHandleTable] name', name);
  checkFunction('[createHandleTable] free', free);
  checkFunction('[createHandleTable] isGone', isGone);
  const live = new Map<Tensor, Entry>();
  // Distinguishes a handle that was disposed of from a handle of another backend.
  const disposed = new WeakSet<Tensor>();
  let closed = false;

  function get(tensor: Tensor, who: string): Entry {
    const entry = live.get(tensor);
    if (entry !== undefined && !isGone?.(entry)) return entry;
    if (closed) refuseClosed(name, who);
    if (entry !== undefined || disposed.has(tensor)) {
      throw new VardropError(
        'VARDROP_DISPOSED',
        `[${name}] ${who}: got a tensor of shape [${tensor.shape}] that has been disposed of, needs a live one. Dispose of each tensor once, after its last use.`,
      );
    }
    throw new VardropError(
      'VARDROP_INPUT',
      `[${name}] ${who}: got a tensor that is not of this backend, needs one of its own. Use its \`upload\` or \`wrap\`.`,
    );
  }

  return {
    add(entry, shape) {
      const tensor: Tensor = Object.freeze({ shape: Object.freeze([...shape]) });
      live.set(tensor, entry);
      return tensor;
    },
    get,
    dispose(tensor) {
      const entry = get(tensor, 'dispose');
      live.delete(tensor);
      disposed.add(tensor);
      free?.(entry);
    },
    disposeAll() {
      for (const [tensor, entry] of live) {
        disposed.add(tensor);
        free?.(entry);
      }
      live.clear();
      closed = true;
    },
    count: () => live.size,
  };
}
