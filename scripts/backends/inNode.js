import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createBackend } from '../../packages/cli/dist/backends/createBackend.js';
import { backends } from '../../packages/cli/dist/choices.js';
import { runOne } from './runOne.js';

/** The laws on every backend of the command, a process a backend: frameworks change globals that others read. */
export async function inNode(effort) {
  const outcomes = [];
  for (const name of backends) {
    const child = fork(fileURLToPath(import.meta.url), [effort, name], { serialization: 'advanced' });
    const outcome = await new Promise((resolve) => {
      child.on('message', resolve);
      child.on('exit', (code) => resolve({ missing: { name, reason: `its process ended with code ${code}` } }));
    });
    outcomes.push({ name, ...outcome });
  }
  return outcomes;
}

if (process.send) {
  const [effort, name] = process.argv.slice(2);
  process.send(await runOne(name, () => createBackend(name), effort), () => process.exit());
  // The parent waits for that message only.
  await new Promise(() => {});
}
