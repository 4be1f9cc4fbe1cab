import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileSystem } from '../../src/checkpoint/fileSystem.js';
import * as fileSystemModule from '../../src/checkpoint/fileSystem.js';
import { load, save, serializeState, type TrainingState } from '../../src/index.js';

function stateAt(step: number): TrainingState {
  return {
    parameters: { 'dense1/weights': { shape: [1, 2], data: Float32Array.of(step, 0.5) } },
    optimizer: { name: 'adam', slots: {} },
    step,
    seed: 3,
  };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vardrop-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

describe('save and load', () => {
  it('replace a checkpoint and give it back', async () => {
    const path = join(folder, 'model.safetensors');
    await save(path, stateAt(1));
    await save(path, stateAt(2), { note: 'second' });
    expect(await load(path)).toEqual({ state: stateAt(2), metadata: { note: 'second' } });
    expect(new Uint8Array(await readFile(path))).toEqual(serializeState(stateAt(2), { note: 'second' }));
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  /** Node's file system, in which one operation fails. */
  async function failing(at: 'open' | 'writeFile' | 'sync' | 'close' | 'rename'): Promise<FileSystem> {
    const real = await fileSystemModule.fileSystem();
    const fail = async (): Promise<never> => {
      throw new Error('ENOSPC: no space left on device');
    };
    return {
      rm: (path, options) => real.rm(path, options),
      readFile: (path) => real.readFile(path),
      rename: at === 'rename' ? fail : (from, to) => real.rename(from, to),
      async open(path, flags) {
        if (at === 'open') return fail();
        const file = await real.open(path, flags);
        return {
          // Half of it reaches the disk, as when that fills up.
          writeFile: async (data) => {
            await file.writeFile(at === 'writeFile' ? data.subarray(0, data.length / 2) : data);
            if (at === 'writeFile') await fail();
          },
          sync: () => (at === 'sync' ? fail() : file.sync()),
          close: async () => {
            await file.close();
            if (at === 'close') await fail();
          },
        };
      },
    };
  }

  it.each(['open', 'writeFile', 'sync', 'close', 'rename'] as const)('keep the old file when %s fails', async (at) => {
    const path = join(folder, 'model.safetensors');
    await save(path, stateAt(1));
    const broken = await failing(at);
    vi.spyOn(fileSystemModule, 'fileSystem').mockResolvedValue(broken);
    await expect(save(path, stateAt(2))).rejects.toMatchObject({
      code: 'VARDROP_CHECKPOINT_UNWRITABLE',
      message: expect.stringContaining('no space left'),
    });
    expect((await load(path)).state).toEqual(stateAt(1));
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('refuse paths that cannot be written, leaving nothing behind', async () => {
    const unwritable = { code: 'VARDROP_CHECKPOINT_UNWRITABLE' };
    await expect(save(join(folder, 'none', 'a.safetensors'), stateAt(1))).rejects.toMatchObject(unwritable);
    await mkdir(join(folder, 'taken', 'inside'), { recursive: true });
    await expect(save(join(folder, 'taken'), stateAt(1))).rejects.toMatchObject(unwritable);
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('write nothing for a state that is wrong', async () => {
    const parameters = { w: { shape: [2], data: new Float32Array(1) } };
    const path = join(folder, 'a');
    await expect(save(path, { ...stateAt(1), parameters })).rejects.toMatchObject({ code: 'VARDROP_STATE' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('tell a missing file from an unreadable one and from one cut short', async () => {
    const path = join(folder, 'model.safetensors');
    await expect(load(path)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_MISSING' });
    await expect(load(folder)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_UNREADABLE' });
    await writeFile(path, serializeState(stateAt(1)).subarray(0, -1));
    await expect(load(path)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_TRUNCATED' });
  });
});
