import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltApp, buildApp, type Place } from './builtApp.js';

const text = (page: string) => readFileSync(fileURLToPath(new URL(`../../../${page}`, import.meta.url)), 'utf8');

/** Blocks of a page in a language, as they are written. */
const blocks = (page: string, language: 'js' | 'javascript') =>
  [...text(page).matchAll(new RegExp(`^( *)\`\`\`${language}\n(.*?)^ *\`\`\``, 'gms'))].map(([, , block]) => block);

const [wasm, tfjs, onnx, gpujs, apps] = [
  'packages/adapter-wasm/README.md',
  'packages/adapter-tfjs/README.md',
  'packages/adapter-onnx/README.md',
  'packages/adapter-gpujs/README.md',
  'docs/apps.md',
];
const pages = [wasm, tfjs, onnx, gpujs, apps];

/** Has a program that only creates a backend train a network on it, before it closes it or else in the end. */
function used(program: string): string {
  if (!/^const backend = /m.test(program) || /\bfit\(/.test(program)) return program;
  const use = 'await (await import("./train.js")).train(backend);\n';
  const closing = /^await backend\.close\(\);\n/m;
  return closing.test(program) ? program.replace(closing, (close) => use + close) : program + use;
}

/** What users do with a backend: a network learns on which side of a line points lie. */
const train = `
import { adam, dense, fit, sequential, sparseVariational } from '@vardrop/core';
export async function train(backend) {
  const inputs = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * i + 1));
  const targets = Array.from({ length: 200 }, (_, i) => (inputs[2 * i] > inputs[2 * i + 1] ? 1 : 0));
  const layers = [dense({ units: 64, activation: 'relu' }), dense({ units: 2 })];
  const model = sequential({ input: [2], layers, noise: sparseVariational() });
  const optimizer = adam({ learningRate: 0.01 });
  const { history } = await fit(model, { backend, data: { inputs, targets }, epochs: 10, batch: 50, optimizer, klWeight: 0.1 });
  if (!(history.at(-1).dataTerm < 0.5)) throw new Error('got a data term of ' + history.at(-1).dataTerm);
  console.log('trained on ' + backend.name);
}`;

interface Recipe {
  readonly name: string;
  readonly program: string;
  /** Whether it asks for threads, which a page has to be isolated for. */
  readonly threads: boolean;
}

const recipe = (name: string, program: string): Recipe => ({
  name,
  program: used(program),
  threads: /\(\{[^}]*threads: [2-9]/.test(program),
});

const [firstOnnx] = blocks(onnx, 'js');
const folder = /createOnnxBackend\(\{ wasmPaths: '[^']*' \}\)/.exec(text(onnx))?.[0] ?? '';

const recipes: readonly Recipe[] = [
  ...pages.flatMap((page) => blocks(page, 'js').map((block, i) => recipe(`${page}, program ${i + 1}`, block))),
  ...blocks(tfjs, 'javascript')
    .filter((block) => block.includes('wasmPaths'))
    .map((block) => recipe(`${tfjs}, wasmPaths`, block)),
  // What the text says of options, on the program above it.
  recipe(`${onnx}, worker`, firstOnnx.replace('threads: 2', 'threads: 2, worker: true')),
  recipe(`${onnx}, worker with one thread`, firstOnnx.replace('threads: 2', 'worker: true')),
  recipe(`${onnx}, one thread`, firstOnnx.replace(', threads: 2', '')),
  recipe(`${onnx}, wasmPaths`, firstOnnx.replace(/createOnnxBackend\(\{.*?\}\)/, folder)),
];

const [trainingBlock, pageBlock] = ['training.js', 'page.js'].map(
  (file) => blocks(apps, 'javascript').find((block) => block.startsWith(`// ${file}`)) ?? '',
);

/** The recipe of a worker that trains, as it is printed, and on other devices: one of each kind. */
const inWorker = [
  ['wasm', 'createWasmBackend()', 'wasm'],
  ['tfjs:wasm', "createTfjsBackend({ device: 'wasm' })", 'tfjs'],
  ['tfjs:webgl', "createTfjsBackend({ device: 'webgl' })", 'tfjs'],
  ['gpujs:webasm', "createGpujsBackend({ mode: 'webasm' })", 'gpujs'],
  ['gpujs:webgpu', "createGpujsBackend({ mode: 'webgpu' })", 'gpujs'],
].map(([name, create, adapter], i) => ({
  name: `${apps}, trained in a worker on ${name}`,
  file: `training${i}.js`,
  page: pageBlock.replace('./training.js', `./training${i}.js`),
  training: trainingBlock
    .replace(/createWasmBackend(?=.*from)/, create.slice(0, create.indexOf('(')))
    .replace("'@vardrop/adapter-wasm'", `'@vardrop/adapter-${adapter}'`)
    .replace('createWasmBackend()', create),
}));

const viteConfig = async () => {
  const [block] = blocks(onnx, 'javascript').filter((each) => each.includes('vite.config.js'));
  return (await import(`data:text/javascript,${encodeURIComponent(block)}`)).default;
};

describe('the pages that users follow', () => {
  it('have the recipes that are tried here', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(10);
    expect(folder).toContain('https://');
    expect(recipes.filter(({ program }) => program.includes('./train.js')).length).toBeGreaterThanOrEqual(7);
  });
});

describe.each<Place>([
  { isolated: false, thread: 'main' },
  { isolated: false, thread: 'worker' },
  { isolated: true, thread: 'main' },
  { isolated: true, thread: 'worker' },
])('built by Vite, isolated: $isolated, thread: $thread', (place) => {
  recipes.forEach(({ name, program, threads }, i) => {
    // What runs on no framework is the same everywhere.
    if (!program.includes('/adapter-') && (place.isolated || place.thread === 'worker')) return;
    it(name, async () => {
      const { printed, error } = await app.run(i, place);
      if (threads && !place.isolated) {
        expect(error).toMatch(/^VARDROP_OPTION .*isolated/);
        return;
      }
      expect({ error, printed }).toEqual({ error: undefined, printed: expect.anything() });
      if (program.includes('./train.js')) expect(printed.join()).toMatch(/trained on \w+/);
      expect(printed.join('\n')).not.toMatch(/\b(NaN|undefined)\b|Error/);
    });
  });
});

describe('training in a worker of the app, built by Vite', () => {
  it.each(inWorker.map(({ name }, i) => [name, recipes.length + i] as const))('%s', async (_, program) => {
    const { printed, error } = await app.run(program, { isolated: false, thread: 'main' });
    expect(error).toBeUndefined();
    expect(printed.filter((line) => /^epoch \d+ loss \d/.test(line))).toHaveLength(10);
    expect(printed.join('\n')).toMatch(/trained in a worker; first labels [01]( [01]){9}/);
  });
});

let app: BuiltApp;
beforeAll(async () => {
  app = await buildApp(
    [...recipes.map(({ program }) => program), ...inWorker.map(({ page }) => page)],
    await viteConfig(),
    { 'train.js': train, ...Object.fromEntries(inWorker.map(({ file, training }) => [file, training])) },
  );
});
afterAll(() => app.close());
