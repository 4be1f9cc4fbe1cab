import { type Model, VardropError } from '@vardrop/core';
import { momentsProgram } from '@vardrop/core/extend';
import { type ExportOptions, exportKinds } from '../src/index.js';

/** Options of a file of each kind that a network has. Moments have no closed form, or none is known, for some layers. */
export function exportKindsOf(model: Model): readonly Pick<ExportOptions, 'kind' | 'moments'>[] {
  const moments = { approximate: true };
  const all = exportKinds.map(
    (kind): Pick<ExportOptions, 'kind' | 'moments'> => (kind === 'moments' ? { kind, moments } : { kind }),
  );
  return all.filter(({ kind }) => kind !== 'moments' || hasMoments(model, moments));
}

function hasMoments(model: Model, moments: ExportOptions['moments']): boolean {
  try {
    momentsProgram(model, moments);
    return true;
  } catch (error) {
    if (error instanceof VardropError && error.code === 'VARDROP_MOMENTS') return false;
    throw error;
  }
}
