import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { readTensors } from '../readTensors.js';
import { ensembleRule } from './ensembleRule.js';
import { laplaceRule } from './laplaceRule.js';
import type { ParameterPosterior, PosteriorKind } from './posterior.js';
import type { PosteriorRule } from './rule.js';
import { swagRule } from './swagRule.js';

const rules: Readonly<Record<PosteriorKind, PosteriorRule>> = {
  ensemble: ensembleRule,
  swag: swagRule,
  laplace: laplaceRule,
};

/** What the kind of a posterior does. Throws `VARDROP_POSTERIOR` for no posterior and an unknown kind. */
export function ruleOf(posterior: Pick<ParameterPosterior, 'kind'>): PosteriorRule {
  const kind: unknown = posterior?.kind;
  if (typeof kind === 'string' && Object.hasOwn(rules, kind)) return rules[kind as PosteriorKind];
  throw new VardropError(
    'VARDROP_POSTERIOR',
    `[posterior] kind: got ${formatValue(kind ?? posterior)}, needs one of ${Object.keys(rules).join(', ')}. Use that of a network, or a later version.`,
  );
}

/**
 * A posterior that fits a model, with its tensors as float32. Throws `VARDROP_POSTERIOR` for an unknown kind and settings that do not
 * fit, `VARDROP_STATE` for tensors of another model, and `VARDROP_NON_FINITE` for tensors that are not finite.
 */
export function readPosterior(who: string, model: Model, posterior: ParameterPosterior): ParameterPosterior {
  const rule = ruleOf(posterior);
  const { kind, settings } = posterior;
  const tensors = readTensors(`[${who}] posterior`, rule.tensors(model, settings), posterior.tensors, {
    remedy: 'Use the model that the posterior was made for.',
  });
  for (const [name, { data }] of Object.entries(tensors)) {
    const bad = firstNonFinite(data);
    if (bad === -1) continue;
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `[${who}] posterior '${name}': got ${data[bad]} at ${bad}, needs finite numbers. Make the posterior anew.`,
    );
  }
  return { kind, settings: { ...settings }, tensors };
}
