import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileSystem } from '../../src/files/fileSystem.js';
import * as fileSystemModule from '../../src/files/fileSystem.js';
import { serializeState, type TrainingState } from '../../src/index.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/node/index.js';

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
    await saveCheckpoint(path, stateAt(1));
    await saveCheckpoint(path, stateAt(2), { note: 'second' });
    expect(await loadCheckpoint(path)).toEqual({ state: stateAt(2), metadata: { note: 'second' } });
    expect(new Uint8Array(await readFile(path))).toEqual(serializeState(stateAt(2), { note: 'second' }));
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('names the path of a file that is no checkpoint', async () => {
    const path = join(folder, 'README.md');
    await writeFile(path, '# not a checkpoint, whatever it is called');
    await expect(loadCheckpoint(path)).rejects.toMatchObject({
      code: 'VARDROP_CHECKPOINT_FORMAT',
      message: `[checkpoint] path '${path}', file: got no safetensors header, needs one. Choose a file that saveCheckpoint has written.`,
    });
  });

  /** Node's file system, in which one operation fails. */
  async function failing(at: 'open' | 'writeFile' | 'sync' | 'close' | 'rename'): Promise<FileSystem> {
    const real = await fileSystemModule.fileSystem();
    const fail = async (): Promise<never> => {
      throw new Error('ENOSPC: no space left on device');
    };
    return {
      ...real,
      rename: at === 'rename' ? fail : (from, to) => real.rename(from, to),
      async open(path, flags, mode) {
        if (at === 'open') return fail();
        const file = await real.open(path, flags, mode);
        return {
          chmod: (bits) => file.chmod(bits),
          // Half of it reaches the disk, as when that fills up.
          writeFile: async (data) => {
            await file.writeFile(at === 'writeFile' ? data.slice(0, data.length / 2) : data);
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
    await saveCheckpoint(path, stateAt(1));
    const broken = await failing(at);
    vi.spyOn(fileSystemModule, 'fileSystem').mockResolvedValue(broken);
    await expect(saveCheckpoint(path, stateAt(2))).rejects.toMatchObject({
      code: 'VARDROP_CHECKPOINT_UNWRITABLE',
      message: expect.stringContaining('no space left'),
    });
    expect((await loadCheckpoint(path)).state).toEqual(stateAt(1));
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('refuse paths that cannot be written, leaving nothing behind', async () => {
    const unwritable = { code: 'VARDROP_CHECKPOINT_UNWRITABLE' };
    await expect(saveCheckpoint(join(folder, 'none', 'a.safetensors'), stateAt(1))).rejects.toMatchObject(unwritable);
    await mkdir(join(folder, 'taken', 'inside'), { recursive: true });
    await expect(saveCheckpoint(join(folder, 'taken'), stateAt(1))).rejects.toMatchObject(unwritable);
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('write nothing for a state that is wrong', async () => {
    const parameters = { w: { shape: [2], data: new Float32Array(1) } };
    const path = join(folder, 'a');
    await expect(saveCheckpoint(path, { ...stateAt(1), parameters })).rejects.toMatchObject({ code: 'VARDROP_STATE' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('tell a missing file from an unreadable one and from one cut short', async () => {
    const path = join(folder, 'model.safetensors');
    await expect(loadCheckpoint(path)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_MISSING' });
    await expect(loadCheckpoint(folder)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_UNREADABLE' });
    await writeFile(path, serializeState(stateAt(1)).subarray(0, -1));
    await expect(loadCheckpoint(path)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_TRUNCATED' });
  });

  it('keep the permissions of a file and write through links', async () => {
    const path = join(folder, 'model.safetensors');
    await saveCheckpoint(path, stateAt(1));
    for (const mode of [0o600, 0o640, 0o666, 0o400]) {
      await chmod(path, mode);
      await saveCheckpoint(path, stateAt(2));
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
    await chmod(path, 0o600);
    const link = join(folder, 'latest');
    await symlink('model.safetensors', link);
    await saveCheckpoint(link, stateAt(3));
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await loadCheckpoint(path)).state).toEqual(stateAt(3));
  });

  it('remove what writers that were killed left behind, and nothing else', async () => {
    const path = join(folder, 'model.safetensors');
    // Kills itself in the middle of a write: the disk has the file, and no rename follows.
    const script = `
      import { createRequire, syncBuiltinESMExports } from 'node:module';
      const files = createRequire(import.meta.url)('node:fs/promises');
      files.rename = async () => process.kill(process.pid, 'SIGKILL');
      syncBuiltinESMExports();
      const { replaceFile } = await import(${JSON.stringify(new URL('../../dist/files/replaceFile.js', import.meta.url).href)});
      await replaceFile(process.argv[1], 'text');`;
    const kill = (target: string) => spawnSync(process.execPath, ['--input-type=module', '-e', script, target]);
    for (let i = 0; i < 2; i++) expect(kill(path).signal).toBe('SIGKILL');
    const other = join(folder, 'other');
    expect(kill(other).signal).toBe('SIGKILL');
    expect(await readdir(folder)).toHaveLength(2);
    // Those of a writer that lives, of another host, and of somebody else's making.
    const host = hostname()
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 32);
    const kept = [
      `.model.safetensors.${process.pid}-${host}-0123abcd.tmp`,
      '.model.safetensors.999999999-elsewhere-0123abcd.tmp',
      '.model.safetensors.tmp',
      'model.safetensors.tmp',
    ];
    for (const name of kept) await writeFile(join(folder, name), '');
    await saveCheckpoint(path, stateAt(1));
    expect((await readdir(folder)).filter((name) => !name.startsWith('.other')).sort()).toEqual(
      [...kept, 'model.safetensors'].sort(),
    );
    await saveCheckpoint(other, stateAt(1));
    expect((await readdir(folder)).filter((name) => name.startsWith('.other'))).toEqual([]);
  });

  it('take URLs and blobs', async () => {
    const url = pathToFileURL(join(folder, 'model of today.safetensors'));
    await saveCheckpoint(url, stateAt(1));
    await saveCheckpoint(url, stateAt(2));
    expect(await readdir(folder)).toEqual(['model of today.safetensors']);
    expect((await loadCheckpoint(url)).state).toEqual(stateAt(2));
    expect((await loadCheckpoint(new Blob([serializeState(stateAt(3))]))).state).toEqual(stateAt(3));
  });

  it('load refuses what is no regular file', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero']) {
      await expect(loadCheckpoint(path)).rejects.toMatchObject({ code: 'VARDROP_CHECKPOINT_UNREADABLE' });
    }
  });
});
