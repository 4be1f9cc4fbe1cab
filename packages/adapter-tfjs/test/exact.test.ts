import { describe, expect, it } from 'vitest';
import { checkExactPrograms } from './checkExact.js';
import { createVariant, variants } from './devices.js';
import { exactPrograms } from './exactPrograms.js';

describe.each(variants)('on whole numbers, on %s', async (variant) => {
  const backend = await createVariant(variant);
  it.each(Object.keys(exactPrograms))('%s are exact', async (kind) => {
    await checkExactPrograms(backend, kind, 60);
    expect(backend.liveTensors()).toBe(0);
  });
});
