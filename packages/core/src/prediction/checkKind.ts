import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Prediction } from './prediction.js';

/** Throws `VARDROP_LIKELIHOOD` for a prediction of the other kind. In JavaScript no compiler checks this. */
export function checkKind(who: string, prediction: Prediction, kind: Prediction['kind'], other: string): void {
  const found: unknown = prediction?.kind;
  if (found === kind) return;
  const got = typeof found === 'string' ? `a ${found}` : formatValue(prediction);
  const remedy = formatValue(prediction) === 'a promise' ? 'Await it.' : `Use ${other}.`;
  throw new VardropError(
    'VARDROP_LIKELIHOOD',
    `[${who}] prediction: got ${got}, needs a ${kind}, as predict gives it. ${remedy}`,
  );
}
