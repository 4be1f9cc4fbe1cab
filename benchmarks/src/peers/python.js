import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../.peers', import.meta.url));
const own = `${folder}/bin/python`;

/** The Python of the peers' own environment where it is installed, else the machine's. */
export const peersPython = () => (existsSync(own) ? own : 'python3');

/**
 * Makes a virtual environment in `benchmarks/.peers`, apart from the machine's packages, and installs today's PyTorch and JAX in it.
 *
 * @param {string} python the Python to make it with
 */
export function installPeers(python = 'python3') {
  execFileSync(python, ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
  execFileSync(own, ['-m', 'pip', 'install', 'torch', 'jax[cpu]'], { stdio: 'inherit' });
}

/**
 * Starts a script of Python that stays alive. It first writes a line about itself, then answers each line of JSON with one.
 * Undefined where Python or a package that it imports is missing. Its warnings are not shown.
 * Its threads of OpenMP sleep while they wait: on a busy machine, threads that spin take a step from 0.1 to 1 second.
 *
 * @param {string} python @param {string} file beside this one
 */
export async function startPeer(python, file) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const env = { OMP_WAIT_POLICY: 'passive', ...process.env };
  const child = spawn(python, [path], {
    stdio: ['pipe', 'pipe', process.env.PEERS_ERRORS ? 'inherit' : 'ignore'],
    env,
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: about, done } = await lines.next();
  if (done) return undefined;
  return {
    about: String(about),
    /** @param {unknown} question */
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done: ended } = await lines.next();
      if (ended) throw new Error(`${file} ended at ${JSON.stringify(question)}. Set PEERS_ERRORS=1 to see why.`);
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}
