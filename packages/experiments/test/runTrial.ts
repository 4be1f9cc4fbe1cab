import { createReferenceBackend } from '@vardrop/core/reference';
import { expect } from 'vitest';
import type { Json, Trial } from '../src/index.js';
import { checkAccepts } from './checkAccepts.js';
import { memoryContext } from './memoryContext.js';

/** Runs a trial as the command does, on a backend of its own, on which nothing may be left. */
export async function runTrial(
  trial: Trial,
  signal?: AbortSignal,
): Promise<{ readonly result: Json; readonly files: ReadonlyMap<string, Uint8Array>; readonly shares: number[] }> {
  const backend = createReferenceBackend();
  const { files, shares, ...context } = memoryContext(backend, signal);
  try {
    const result = await trial.run(context);
    checkAccepts(trial, result);
    return { result, files, shares };
  } finally {
    expect(backend.liveTensors()).toBe(0);
  }
}
