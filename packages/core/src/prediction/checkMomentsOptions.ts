import { checkBoolean } from '../checkBoolean.js';
import type { MomentsOptions } from '../layers/model/momentsOf.js';

/** Throws `VARDROP_OPTION` unless the options are true, false or left out. */
export function checkMomentsOptions(who: string, { approximate = false, covariance = false }: MomentsOptions): void {
  checkBoolean(`[${who}] approximate`, approximate);
  checkBoolean(`[${who}] covariance`, covariance);
}
