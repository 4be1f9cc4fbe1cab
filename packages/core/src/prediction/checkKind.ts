import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Prediction } from './prediction.js';

/** Throws `VARDROP_LIKELIHOOD` for predictions of the other kind, which JavaScript lets through. */
export function checkKind(who: string, prediction: Prediction, kind: Prediction['kind'], other: string): void {
  const found: unknown = prediction?.kind;
  if (found === kind) return;
  const got = typeof found === 'string' ? `a ${found}` : formatValue(prediction);
  const remedy = formatValue(prediction) === 'a promise' ? 'Await it.' : `For the other kind there is ${other}.`;
  throw new VardropError(
    'VARDROP_LIKELIHOOD',
    `[${who}] prediction: got ${got}, needs a ${kind}, as predict gives it. ${remedy}`,
  );
}
