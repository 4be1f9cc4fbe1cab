import type { TensorInfo } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import type { Device } from './device.js';
import { finishWebgl } from './gpu/finishWebgl.js';
import { languageOf } from './gpu/program.js';
import type { WebglHost } from './gpu/watchLoss.js';

/** Copies a tensor's values to the host. Rejects with `VARDROP_BACKEND` where the device that computed it is lost. */
export async function readValues(device: Device, info: TensorInfo): Promise<Float32Array> {
  const { host, loss } = device;
  if (!languageOf(device)) {
    const values = host.readSync(info.dataId);
    // The cpu backend hands out the very array that it computes with.
    return device.name === 'cpu' ? Float32Array.from(values) : values;
  }
  const what = loss.found();
  if (what) refuseLost(device, what);
  // A reference for as long as the read takes: the handle may be disposed of meanwhile.
  host.incRef(info.dataId);
  try {
    const values = await Promise.race([download(device, info), loss.happens]);
    if (typeof values === 'string') refuseLost(device, values);
    const lost = loss.found();
    if (lost) refuseLost(device, lost);
    const [refused] = loss.takeErrors();
    if (refused)
      fail(device, `got a device that refused work (${refused}), needs one that has room for it. Use a smaller batch.`);
    // tfjs keeps the array that it hands out.
    return Float32Array.from(values as Float32Array);
  } catch (error) {
    if (error instanceof VardropError) throw error;
    // News of a lost device may come a moment after the first sign of it.
    const lost = await Promise.race([loss.happens, new Promise<undefined>((resolve) => setTimeout(resolve, patience))]);
    if (lost) refuseLost(device, lost);
    throw new VardropError('VARDROP_BACKEND', `[tfjs:${device.name}] read: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    host.disposeData(info.dataId);
  }
}

async function download({ name, host }: Device, { dataId }: TensorInfo): Promise<Float32Array> {
  if (name !== 'webgl') return host.read(dataId);
  await finishWebgl((host as unknown as WebglHost).gpgpu.gl);
  return host.readSync(dataId);
}

/** Milliseconds to wait for it. */
const patience = 100;

function refuseLost(device: Device, what: string): never {
  fail(device, `got ${what}, needs a live one. Close the backend, create another, and go on from the last checkpoint.`);
}

function fail({ name }: Device, what: string): never {
  throw new VardropError('VARDROP_BACKEND', `[tfjs:${name}] read: ${what}`);
}
