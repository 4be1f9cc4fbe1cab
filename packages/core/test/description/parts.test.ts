import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parts } from '../../src/description/parts.js';
import { layerSamples } from './layerOptions.js';

/** Every function of `@vardrop/core` that returns a part of models, and what it returns. */
function exportedParts(): ReadonlyMap<string, string> {
  const page = readFileSync(new URL('../../api.md', import.meta.url), 'utf8');
  const [, own] = page.split(/^## /m);
  const functions = own
    .split(/^```/m)[1]
    .split(/^function /m)
    .slice(1);
  return new Map(
    functions.flatMap((text) => {
      const [, name, returned] = /^(\w+).*\): ([^()]+);\s*$/s.exec(text) ?? [];
      const isPart = /^(Layer|Estimator|Divergence|\w+Noise(?: \| \w+Noise)*|Likelihood<'\w+'>)$/.test(returned);
      return isPart ? [[name, returned] as const] : [];
    }),
  );
}

it('has a function for each part that core exports, and no other', () => {
  const exported = exportedParts();
  expect(exported.size).toBeGreaterThan(20);
  expect(Object.keys(parts).sort()).toEqual([...exported.keys()].sort());
});

it('tries each layer', () => {
  const layers = [...exportedParts()].flatMap(([name, type]) => (type === 'Layer' ? [name] : []));
  expect(Object.keys(layerSamples).sort()).toEqual(layers.sort());
});
