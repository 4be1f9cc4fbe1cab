import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Schedule } from './schedules/schedule.js';

/**
 * Calls a callback of `fit` and waits for it. A `VardropError` from it, such as from `saveCheckpoint`, is rethrown. Other
 * errors become the cause of a `VARDROP_CALLBACK` error.
 */
export async function callBack(name: string, call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof VardropError) throw error;
    throw new VardropError(
      'VARDROP_CALLBACK',
      `[fit] ${name}: got ${describe(error)}, thrown by it, needs a callback that returns. Correct it, and resume from the state in this error.`,
      { cause: error },
    );
  }
}

/**
 * A schedule's value at one step. Throws `VARDROP_SCHEDULE` unless it is a finite number that is not negative, or, with the
 * cause, if the schedule throws.
 */
export function scheduled(name: string, schedule: Schedule, progress: Parameters<Schedule>[0]): number {
  const refuse = (got: string, cause?: unknown) =>
    new VardropError(
      'VARDROP_SCHEDULE',
      `[fit] ${name}: got ${got} from the schedule at epoch ${progress.epoch}, needs a finite number that is not negative.`,
      { cause },
    );
  let value: unknown;
  try {
    value = schedule(progress);
  } catch (error) {
    throw refuse(describe(error), error);
  }
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  // A rejection is reported here, and must not become an unhandled rejection too.
  if (value instanceof Promise) value.catch(() => undefined);
  throw refuse(value instanceof Promise ? 'a promise' : formatValue(value));
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name} "${error.message}"` : formatValue(error);
}
