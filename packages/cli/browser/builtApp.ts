import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright';
import { build, type InlineConfig, preview } from 'vite';
import { isolation, launchOptions } from '../../../scripts/chromium.js';

/** Where a program runs. */
export interface Place {
  /** Whether the page is served with the headers that isolate it, so that it may share memory. */
  readonly isolated: boolean;
  /** On the page's main thread, or in a module worker. */
  readonly thread: 'main' | 'worker';
}

/** What came of a program. */
export interface Outcome {
  /** What it printed, and what else went wrong in the page. */
  readonly printed: readonly string[];
  /** The message of the error that ended it, with its code in front. */
  readonly error?: string;
}

/** An app that has been built and is served. */
export interface BuiltApp {
  /** Runs a program, by its index, in a fresh page; `query` is what it finds in its address. */
  run(program: number, place: Place, query?: string): Promise<Outcome>;
  close(): Promise<void>;
}

const cache = fileURLToPath(new URL('../../../node_modules/.cache', import.meta.url));
const filesOf = (name: string) => dirname(createRequire(import.meta.url).resolve(name));

/** The files of a package that pages may ask another server for, at this address. */
const elsewhere = 'https://example.org/ort/';

/** Loads program `?program=…` on `?thread=…`, and says on `document.title` how it ended. */
const loader = (count: number) => `
const programs = [${Array.from({ length: count }, (_, i) => `() => import('./program${i}.js')`)}];
const workers = [${Array.from({ length: count }, (_, i) => `() => new Worker(new URL('./worker${i}.js', import.meta.url), { type: 'module' })`)}];
const query = new URLSearchParams(location.search);
const end = (error) => { document.title = error ?? 'done'; };
const chosen = Number(query.get('program'));
if (query.get('thread') === 'main') programs[chosen]().then(() => end(), (error) => end((error.code ?? 'no code') + ' ' + error));
else {
  const worker = workers[chosen]();
  worker.onmessage = ({ data }) => end(data);
  worker.onerror = ({ message }) => end('no code ' + message);
}`;

const workerOf = (i: number) =>
  `import('./program${i}.js').then(() => postMessage(undefined), (error) => postMessage((error.code ?? 'no code') + ' ' + error));`;

/**
 * Builds an app of several programs, each a module, as `vite build` does, serves it with and without isolation, and starts
 * Chromium. tfjs's .wasm files lie beside the page and beside the scripts too, where tfjs looks by itself.
 *
 * @param config what the app has in its `vite.config.js`.
 * @param modules further files, by their names.
 */
export async function buildApp(
  programs: readonly string[],
  config: InlineConfig,
  modules: Readonly<Record<string, string>>,
): Promise<BuiltApp> {
  await mkdir(cache, { recursive: true });
  const root = await mkdtemp(join(cache, 'app-'));
  const files = {
    'index.html': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./loader.js"></script>',
    'loader.js': loader(programs.length),
    ...Object.fromEntries(programs.map((program, i) => [`program${i}.js`, program])),
    ...Object.fromEntries(programs.map((_, i) => [`worker${i}.js`, workerOf(i)])),
    ...modules,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  const tfjs = join(filesOf('@tensorflow/tfjs-backend-wasm/package.json'), 'dist');
  for (const folder of ['public', join('public', 'assets')]) {
    await mkdir(join(root, folder), { recursive: true });
    for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
      await copyFile(join(tfjs, name), join(root, folder, name));
    }
  }
  const shared: InlineConfig = { ...config, root, configFile: false, logLevel: 'error' };
  await build(shared).catch(async (error) => {
    await rm(root, { recursive: true });
    throw error;
  });
  const servers = await Promise.all(
    [{}, isolation].map((headers) => preview({ ...shared, preview: { port: 0, headers } })),
  );
  const browser = await chromium.launch({ ...launchOptions, headless: true });
  return {
    run(program, { isolated, thread }, query = '') {
      const address = servers[isolated ? 1 : 0].resolvedUrls?.local[0];
      return runIn(browser, `${address}?program=${program}&thread=${thread}&${query}`);
    },
    async close() {
      await browser.close();
      await Promise.all(servers.map((server) => server.close()));
      await rm(root, { recursive: true });
    },
  };
}

async function runIn(browser: Browser, address: string): Promise<Outcome> {
  const page = await browser.newPage();
  const printed: string[] = [];
  page.on('console', (message) => printed.push(message.text()));
  page.on('pageerror', (error) => printed.push(`${error}`));
  await page.route(`${elsewhere}**`, (route) =>
    route.fulfill({
      path: join(filesOf('onnxruntime-web'), route.request().url().slice(elsewhere.length)),
      headers: { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' },
    }),
  );
  try {
    await page.goto(address);
    await page.waitForFunction(() => document.title !== '', undefined, { timeout: 50_000 });
    const title = await page.title();
    return title === 'done' ? { printed } : { printed, error: title };
  } catch (error) {
    throw new Error(`${address}: it did not end; it printed ${printed.join('\n') || 'nothing'}`, { cause: error });
  } finally {
    await page.close();
  }
}
