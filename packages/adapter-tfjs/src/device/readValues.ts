import type { TensorInfo } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import { type Device, isGpu } from './device.js';
import { finishWebgl } from './finishWebgl.js';
import { lostError } from './lostError.js';
import type { WebglHost } from './watchLoss.js';

/**
 * Copies a tensor's values to the host. Rejects with `VARDROP_DEVICE_LOST` if the device that computed it is lost, and
 * with `VARDROP_BACKEND` if the device refused work.
 */
export async function readValues(device: Device, info: TensorInfo): Promise<Float32Array<ArrayBuffer>> {
  const { host, loss } = device;
  device.check('read');
  if (!isGpu(device)) {
    const values = host.readSync(info.dataId);
    // The cpu backend returns the array that it computes with, so it is copied.
    return device.name === 'cpu' ? Float32Array.from(values) : values;
  }
  const what = loss.found();
  if (what) throw lostError(device.name, 'read', what);
  // Holds a reference during the read, because the handle may be disposed of in the meantime.
  host.incRef(info.dataId);
  try {
    const values = await unlessLost(device, download(device, info));
    const lost = loss.found();
    if (lost) throw lostError(device.name, 'read', lost);
    const [refused] = loss.takeErrors();
    if (refused) {
      throw readError(
        'VARDROP_BACKEND',
        device.name,
        `got a device that refused work (${refused}), needs one that has room for it. Use a smaller batch.`,
      );
    }
    // tfjs keeps the array that it returns.
    return Float32Array.from(values);
  } catch (error) {
    if (error instanceof VardropError) throw error;
    // The event of a lost device may come a moment after the first error.
    await unlessLost(device, new Promise((resolve) => setTimeout(resolve, patience)));
    throw readError('VARDROP_BACKEND', device.name, (error as Error).message, error);
  } finally {
    device.release(info);
  }
}

async function download({ name, host }: Device, { dataId }: TensorInfo): Promise<Float32Array<ArrayBuffer>> {
  if (name !== 'webgl') return host.read(dataId);
  await finishWebgl((host as unknown as WebglHost).gpgpu.gl);
  return host.readSync(dataId);
}

/** Settles as `work` does, but rejects once the device is lost. A backend on a lost device may never answer. */
function unlessLost<T>(device: Device, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = device.loss.listen((what) => reject(lostError(device.name, 'read', what)));
    work.then(resolve, reject).finally(stop);
  });
}

/** How long to wait for the event of a lost device, in milliseconds. */
const patience = 100;

const readError = (code: string, name: string, what: string, cause?: unknown) =>
  new VardropError(code, `[tfjs:${name}] read: ${what}`, { cause });
