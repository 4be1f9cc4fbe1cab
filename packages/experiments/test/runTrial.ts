import { createReferenceBackend } from '@vardrop/core';
import { expect } from 'vitest';
import type { Json, Trial } from '../src/index.js';

/** Runs a trial as the command does, on a backend of its own, on which nothing may be left. */
export async function runTrial(
  trial: Trial,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly result: Json; readonly files: ReadonlyMap<string, Uint8Array>; readonly shares: number[] }> {
  const backend = createReferenceBackend();
  const files = new Map<string, Uint8Array>();
  const shares: number[] = [];
  try {
    const result = await trial.run({
      backend,
      signal,
      progress: (share) => shares.push(share),
      save: async (name, bytes) => {
        files.set(name, bytes);
      },
      load: async (name) => files.get(name),
    });
    return { result, files, shares };
  } finally {
    expect(backend.liveTensors()).toBe(0);
  }
}
