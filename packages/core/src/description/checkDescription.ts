import type { ModelDescription } from './description.js';
import { placeOf } from './place.js';

/**
 * Checks the form of a description that may come from anywhere: members and their types, names that are repeated or name
 * nothing, values that are read before they are there. Whether parts and options exist is seen when the model is made. `who`
 * begins messages. Throws `VARDROP_DESCRIPTION` with the place of the fault.
 */
export function checkDescription(who: string, description: unknown): asserts description is ModelDescription {
  const whole = placeOf(who, 'description', description);
  whole.members(
    ['format', 'inputs', 'layers', 'calls', 'outputs'],
    ['noise', 'estimator', 'divergence', 'likelihood', 'likelihoods'],
  );
  const format = whole.member('format');
  if (format.value !== 1) format.refuse('1. A later version wrote it');
  const names = new Set<string>();
  for (const input of whole.member('inputs').list()) {
    input.members(['name', 'shape', 'kind']);
    input.member('name').newName(names);
    for (const length of input.member('shape').list()) length.positive();
    const kind = input.member('kind');
    if (kind.value !== 'numbers' && kind.value !== 'integers') kind.refuse("'numbers' or 'integers'");
  }
  const layers = new Set<string>();
  for (const layer of whole.member('layers').list()) {
    layer.members(['name', 'part', 'options']);
    layer.member('name').newName(layers);
    layer.part();
  }
  const used = new Set<string>();
  for (const call of whole.member('calls').list()) {
    call.members(['name', 'layer', 'inputs']);
    used.add(call.member('layer').knownName(layers, 'the name of a layer'));
    for (const input of call.member('inputs').list())
      input.knownName(names, 'the name of an input or of a call before');
    call.member('name').newName(names);
  }
  whole
    .member('layers')
    .list()
    .forEach((layer, i) => {
      if (!used.has([...layers][i])) layer.refuse('a layer that a call uses');
    });
  for (const output of whole.member('outputs').entries()) output.knownName(names, 'the name of an input or of a call');
  for (const name of ['noise', 'estimator', 'divergence', 'likelihood']) {
    const part = whole.member(name);
    if (part.value === undefined || (name === 'divergence' && part.value === null)) continue;
    part.members(['part', 'options']);
    part.part();
  }
  const likelihoods = whole.member('likelihoods');
  if (likelihoods.value === undefined) return;
  for (const part of likelihoods.entries()) {
    part.members(['part', 'options']);
    part.part();
  }
}
