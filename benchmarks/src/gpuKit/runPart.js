import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';

/** The last characters of what a part prints, which say why it failed. */
const tail = 2000;

/**
 * Runs a command in a process group of its own. After `seconds` its processes are ended, whatever they do; `patience` seconds before
 * it is asked to stop (SIGINT), so that it can write what it has.
 *
 * @param {readonly string[]} words of the command, after Node; `{json}` is replaced by `json`
 * @param {{ seconds: number, patience?: number, json: string, cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ status: 'done' | 'stopped' | 'failed', seconds: number, limit: number, reason?: string, result?: unknown }>}
 * `stopped`: the time was up; `result` is what the command left in its file, if anything
 */
export async function runPart(words, { seconds, patience = 4, json, cwd, env }) {
  const begun = performance.now();
  await rm(json, { force: true });
  const child = spawn(
    process.execPath,
    words.map((word) => (word === '{json}' ? json : word)),
    {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed = (printed + text).slice(-tail);
    });
  let timeUp = false;
  const stop = setTimeout(
    () => {
      timeUp = true;
      child.kill('SIGINT');
    },
    1000 * (seconds - Math.min(patience, seconds / 2)),
  );
  const end = setTimeout(() => endGroup(child.pid), 1000 * seconds);
  /** @type {string} */
  const how = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code === 0 ? '' : signal ? `ended by ${signal}` : `exit code ${code}`));
  });
  clearTimeout(stop);
  clearTimeout(end);
  endGroup(child.pid);
  const result = await readFile(json, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  await rm(json, { force: true });
  // A command that finds faults leaves its result and ends with an error.
  const status = timeUp ? 'stopped' : how === '' || result !== undefined ? 'done' : 'failed';
  return {
    status,
    seconds: (performance.now() - begun) / 1000,
    limit: seconds,
    ...(status === 'done' ? {} : { reason: `${timeUp ? 'out of time, ' : ''}${how}: ${withoutPaths(printed, cwd)}` }),
    ...(result === undefined ? {} : { result }),
  };
}

/** Ends what is left of a part's processes. @param {number | undefined} pid */
function endGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/** What was printed, without names of folders of this machine. @param {string} text @param {string} cwd */
const withoutPaths = (text, cwd) => text.replaceAll(cwd, '').trim();
