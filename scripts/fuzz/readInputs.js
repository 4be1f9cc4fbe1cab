// A thread that makes inputs and reads them, one after the other. What it is at stands in shared memory, so that the main
// thread sees where it hangs.
import { parentPort, workerData } from 'node:worker_threads';
import { VardropError } from '@vardrop/core';
import { data } from './kinds/data.js';
import { description } from './kinds/description.js';
import { idx3 } from './kinds/idx.js';
import { json } from './kinds/json.js';
import { network } from './kinds/network.js';
import { onnx } from './kinds/onnx.js';
import { safetensors } from './kinds/safetensors.js';
import { createRandomSource } from './randomSource.js';

const kinds = { safetensors, onnx, idx: idx3, json, description, network, data };
const names = Object.keys(kinds);
const { seed, from, to, current } = workerData;

/** Bytes that reading one input may add to the process: inputs have a few thousand. */
const mostMemory = 256 * 1024 * 1024;

const accepted = Object.fromEntries(names.map((name) => [name, 0]));
for (let index = from; index < to; index++) {
  Atomics.store(current, 0, index);
  const kind = names[index % names.length];
  const before = process.memoryUsage().rss;
  let problem;
  try {
    const wrong = await kinds[kind].read(kinds[kind].make(createRandomSource(seed, index)));
    if (wrong) problem = `accepted garbage: ${wrong}`;
    accepted[kind]++;
  } catch (error) {
    if (!(error instanceof VardropError)) problem = `uncoded: ${error?.stack ?? error}`;
  }
  const grown = process.memoryUsage().rss - before;
  if (grown > mostMemory) problem = `${Math.round(grown / 2 ** 20)} MiB of memory`;
  if (problem) parentPort.postMessage({ index, kind, problem });
}
for (const kind of Object.values(kinds)) kind.end?.();
parentPort.postMessage({ accepted });
