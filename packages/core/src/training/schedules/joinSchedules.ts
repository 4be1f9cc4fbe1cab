import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { Schedule } from './schedule.js';

/**
 * Schedules one after the other: at each of `boundaries`, epochs that ascend, the next one begins with its epoch 0.
 * `joinSchedules([warmUp(5), cosineDecay(95)], [5])` is a warm-up of 5 epochs before a decay. They all see the step of the whole
 * training. Throws `VARDROP_SCHEDULE` unless there is one schedule more than there are boundaries.
 */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  const refuse = (what: string, got: unknown, needs: string): never => {
    throw new VardropError('VARDROP_SCHEDULE', `[joinSchedules] ${what}: got ${formatValue(got)}, needs ${needs}.`);
  };
  if (!Array.isArray(schedules) || schedules.length === 0) refuse('schedules', schedules, 'a list of schedules');
  for (const schedule of schedules) if (typeof schedule !== 'function') refuse('schedules', schedule, 'schedules');
  const rising = (epoch: number, i: number) => Number.isFinite(epoch) && epoch > (i === 0 ? 0 : boundaries[i - 1]);
  if (!Array.isArray(boundaries) || boundaries.length !== schedules.length - 1 || !boundaries.every(rising)) {
    refuse(
      'boundaries',
      boundaries,
      `${schedules.length - 1} epochs above 0 that ascend, one between each two schedules`,
    );
  }
  return ({ epoch, step }) => {
    const index = boundaries.filter((boundary) => epoch >= boundary).length;
    return schedules[index]({ epoch: index === 0 ? epoch : epoch - boundaries[index - 1], step });
  };
}
