import { VardropError } from '../errors.js';
import type { Prediction } from './prediction.js';

/** Throws `VARDROP_LIKELIHOOD` for predictions of the other kind, which JavaScript lets through. */
export function checkKind(who: string, prediction: Prediction, kind: Prediction['kind'], other: string): void {
  const got: unknown = prediction?.kind;
  if (got === kind) return;
  throw new VardropError(
    'VARDROP_LIKELIHOOD',
    `[${who}] prediction: got ${got === undefined ? 'none' : `a ${String(got)}`}, needs a ${kind}, as predict gives it. For the other kind there is ${other}.`,
  );
}
