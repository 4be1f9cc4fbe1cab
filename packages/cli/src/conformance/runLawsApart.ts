import { type ChildProcess, fork } from 'node:child_process';
import { defaultSeed, type LawResult } from '@vardrop/conformance';
import { VardropError } from '@vardrop/core';
import type { LawMessage, LawRequest } from './lawMessages.js';

/** Callbacks while laws run. */
export interface LawWatcher {
  readonly onCase: (law: string, property: string) => void;
  readonly onResult: (result: LawResult) => void;
}

/**
 * A process without messages counts as hanging this many milliseconds after the limit of a case. The suite itself waits for a
 * failed backend, to check for a lost device and to close it.
 */
const defaultPatience = 30_000;

/** The outcome of a process: its result, a stop from outside, or the law that was running when it hung or ended unexpectedly. */
type Outcome =
  | { readonly kind: 'end'; readonly seed: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'broken'; readonly law: string; readonly property: string; readonly message: string };

/**
 * Runs laws on a backend in a process of its own. If the backend blocks its thread for good, or ends its process, the current
 * law fails, and another process continues with the next law. When `signal` aborts, the current law has no result, nor have those
 * after it.
 *
 * @param patience milliseconds of silence beyond a case's own limit before the process is ended.
 * @returns the seed that decided the cases.
 * @throws VardropError what the backend's factory throws.
 */
export async function runLawsApart(
  request: LawRequest,
  watcher: LawWatcher,
  signal: AbortSignal,
  patience = defaultPatience,
): Promise<number> {
  let laws = request.laws;
  let seed = request.seed ?? defaultSeed;
  while (laws.length > 0 && !signal.aborted) {
    const done = new Set<string>();
    const outcome = await runOnce({ ...request, laws }, watcher, signal, done, request.caseTimeout + patience);
    if (outcome.kind === 'end') return outcome.seed;
    if (outcome.kind === 'stopped') break;
    seed = request.seed ?? defaultSeed;
    watcher.onResult(brokenLaw(outcome, seed));
    laws = laws.filter((law) => law !== outcome.law && !done.has(law));
  }
  return seed;
}

function runOnce(
  request: LawRequest,
  watcher: LawWatcher,
  signal: AbortSignal,
  done: Set<string>,
  limit: number,
): Promise<Outcome> {
  // From the built package: tests run this file from its source.
  const child = fork(new URL('../../dist/conformance/tryLaws.js', import.meta.url), {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let current = { law: request.laws[0], property: 'run' };
  return new Promise<Outcome>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout>;
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      end(child);
      resolve(outcome);
    };
    const stop = () => settle({ kind: 'stopped' });
    signal.addEventListener('abort', stop);
    const broken = (message: string) => settle({ kind: 'broken', ...current, message });
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => broken(`the backend did not give its thread back within ${limit / 1000} s, and was ended`),
        limit,
      );
    };
    child.on('message', (message: LawMessage) => {
      wait();
      switch (message.kind) {
        case 'started':
          break;
        case 'case':
          current = message;
          watcher.onCase(message.law, message.property);
          break;
        case 'result': {
          done.add(message.result.id);
          const next = request.laws.find((law) => !done.has(law));
          if (next !== undefined) current = { law: next, property: 'run' };
          watcher.onResult(message.result);
          break;
        }
        case 'error':
          reject(errorOf(message));
          settle({ kind: 'stopped' });
          break;
        case 'end':
          settle(message);
      }
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => broken(`the backend's process ended (${signal ?? `exit code ${code}`})`));
    child.send(request);
    wait();
  });
}

function end(child: ChildProcess): void {
  child.removeAllListeners();
  child.on('error', () => undefined);
  child.kill('SIGKILL');
}

function errorOf({ code, message, stack }: Extract<LawMessage, { kind: 'error' }>): Error {
  const error = code === undefined ? new Error(message) : new VardropError(code, message);
  error.stack = stack;
  return error;
}

function brokenLaw({ law, property, message }: Extract<Outcome, { kind: 'broken' }>, seed: number): LawResult {
  return {
    id: law,
    cases: 1,
    passed: 0,
    failed: 1,
    skipped: 0,
    comparisons: 0,
    silent: 0,
    worstRatio: 0,
    medianRatio: 0,
    smallestEffects: {},
    failures: [{ property, seed, message }],
    deviceLosses: 0,
    seconds: 0,
  };
}
