import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  batchNorm,
  dense,
  fit,
  gaussian,
  type NoiseModel,
  noNoise,
  sequential,
  serializeNetwork,
  serializeState,
  variationalDropout,
} from '../../src/index.js';
import { loadCheckpoint, loadNetwork, saveNetwork } from '../../src/node/index.js';
import { withRecipe } from '../../src/recipe.js';
import { blobs } from '../training/helpers.js';
import { backend, bits, untrained } from './helpers.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vardrop-'));
});
afterEach(() => rm(folder, { recursive: true }));

const model = sequential({
  input: [2],
  noise: variationalDropout({ type: 'A', alpha: 'input' }),
  layers: [dense({ units: 5, activation: 'relu' }), batchNorm(), dense({ units: 2 })],
});
const inputs = [0.5, -0.25, 1, 0.125, -0.75, 0];

describe('a network file', () => {
  it('alone gives the same predictions in another process, bit for bit', async () => {
    const path = join(folder, 'network.safetensors');
    const { network } = await fit(model, { backend, data: blobs(), epochs: 2, batch: 8, classes: ['left', 'right'] });
    await network.save(path);
    const options = { samples: 3, seed: 11 };
    const script = `
      import { loadNetwork } from ${JSON.stringify(new URL('../../dist/node/index.js', import.meta.url).href)};
      import { createReferenceBackend } from ${JSON.stringify(new URL('../../dist/reference/index.js', import.meta.url).href)};
      const network = await loadNetwork(process.argv[1], { backend: createReferenceBackend() });
      const { labelNames, labels, ...others } = await network.predict(${JSON.stringify(inputs)}, ${JSON.stringify(options)});
      const bits = Object.entries(others).filter(([, value]) => ArrayBuffer.isView(value));
      console.log(JSON.stringify([labelNames, [...labels], bits.map(([name, value]) => [name, [...new Uint8Array(value.buffer)]])]));`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, path], { encoding: 'utf8' });
    expect(child.stderr).toBe('');
    const { labelNames, labels, ...others } = await network.predict(inputs, options);
    const own = Object.entries(others).filter(([, value]) => ArrayBuffer.isView(value));
    expect(own.length).toBeGreaterThan(2);
    expect(JSON.parse(child.stdout)).toEqual([
      labelNames,
      [...labels],
      Object.entries(bits(Object.fromEntries(own)) as object),
    ]);
  });

  it('is written and read by functions, by methods, and through blobs', async () => {
    const network = untrained(model);
    const paths = ['a', 'b'].map((name) => join(folder, name));
    await saveNetwork(paths[0], network);
    await network.save(paths[1]);
    const [first, second] = await Promise.all(paths.map((path) => readFile(path)));
    expect(first).toEqual(second);
    expect(new Uint8Array(first)).toEqual(network.toBytes());
    for (const source of [paths[0], new Blob([first])]) {
      const again = await loadNetwork(source, { backend });
      expect(bits(again.parameters)).toEqual(bits(network.parameters));
      expect(again.version).toBe(network.version);
    }
    expect((await readdir(folder)).sort()).toEqual(['a', 'b']);
  });

  it('stays as it was if the new one cannot be written', async () => {
    const path = join(folder, 'network.safetensors');
    await untrained(model).save(path);
    const before = await readFile(path);
    const own = { ...variationalDropout(), name: 'own' };
    const undescribed = untrained(sequential({ input: [2], noise: own, layers: [dense({ units: 2 })] }));
    await expect(undescribed.save(path)).rejects.toMatchObject({ code: 'VARDROP_DESCRIPTION' });
    expect(await readFile(path)).toEqual(before);
    await expect(untrained(model).save(join(folder, 'none', 'a'))).rejects.toMatchObject({
      code: 'VARDROP_NETWORK_UNWRITABLE',
      message: expect.stringMatching(/^\[network\] path '.*none\/a': got ENOENT/),
    });
    await expect(saveNetwork(path, { ...untrained(model), save: undefined } as never)).rejects.toMatchObject({
      code: 'VARDROP_OPTION',
    });
    expect(await readdir(folder)).toEqual(['network.safetensors']);
  });

  it('says which file cannot be read, and why', async () => {
    const path = join(folder, 'network.safetensors');
    await expect(loadNetwork(path, { backend })).rejects.toMatchObject({
      code: 'VARDROP_NETWORK_MISSING',
      message: `[network] path '${path}': got no file, needs a network. Choose the path of one that saveNetwork has written.`,
    });
    await expect(loadNetwork(folder, { backend })).rejects.toMatchObject({ code: 'VARDROP_NETWORK_UNREADABLE' });
    await writeFile(path, untrained(model).toBytes().subarray(0, -1));
    await expect(loadNetwork(path, { backend })).rejects.toMatchObject({ code: 'VARDROP_NETWORK_TRUNCATED' });
    await writeFile(path, '# some text, which is no network');
    await expect(loadNetwork(path, { backend })).rejects.toMatchObject({
      code: 'VARDROP_NETWORK_FORMAT',
      message: `[network] path '${path}', file: got no safetensors header, needs one. Choose a file that saveNetwork has written.`,
    });
  });

  it('is told from a checkpoint', async () => {
    const path = join(folder, 'a');
    const network = untrained(model);
    await writeFile(path, serializeState({ parameters: network.parameters }));
    await expect(loadNetwork(path, { backend })).rejects.toMatchObject({
      code: 'VARDROP_NETWORK_FOREIGN',
      message: expect.stringContaining('It is a checkpoint: read it with loadCheckpoint'),
    });
    await writeFile(path, serializeNetwork(network));
    await expect(loadCheckpoint(path)).rejects.toMatchObject({
      code: 'VARDROP_CHECKPOINT_FOREIGN',
      message: expect.stringContaining('It is a network: read it with loadNetwork'),
    });
  });

  it('names parts of one’s own, whose functions are handed in', async () => {
    const path = join(folder, 'network.safetensors');
    const quiet = (options: object): NoiseModel => withRecipe('quiet', options, { ...noNoise(), name: 'quiet' });
    const own = sequential({
      input: [2],
      noise: quiet({ level: 2 }),
      layers: [dense({ units: 3 })],
      likelihood: gaussian(),
    });
    await untrained(own).save(path);
    await expect(loadNetwork(path, { backend })).rejects.toMatchObject({
      code: 'VARDROP_DESCRIPTION',
      message: expect.stringContaining("got the part 'quiet'"),
    });
    const calls: object[] = [];
    const parts = {
      quiet(options: object) {
        calls.push(options);
        return quiet(options);
      },
    };
    const again = await loadNetwork(path, { backend, parts });
    expect(calls).toEqual([{ level: 2 }]);
    expect(again.model.options.noise?.name).toBe('quiet');
  });
});
