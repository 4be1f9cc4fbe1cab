import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { layerSamples } from '../description/layerOptions.js';

const page = readFileSync(new URL('../../../../docs/layers.md', import.meta.url), 'utf8');

it.each(Object.keys(layerSamples))('the page of layers has %s', (name) => {
  expect(page).toContain(`\`${name}(`);
});
