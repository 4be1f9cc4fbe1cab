import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { type Backend, VardropError } from '@vardrop/core';
import { checkValues, createBackendLifetime } from '@vardrop/core/backend';
import type { Device } from './device/device.js';
import { emptyPools } from './device/emptyPools.js';
import { createHandles } from './device/handles.js';
import { readValues } from './device/readValues.js';
import { createExecutable } from './run/executable.js';
import type { Settings } from './run/steps.js';
import { supportsOf } from './run/supports.js';

/** Creates the backend on a loaded device. */
export function createBackend(device: Device, settings: Settings): Backend<TfTensor> {
  const name = `tfjs:${device.name}`;
  const handles = createHandles(device);
  const lifetime = createBackendLifetime(name, device.check);

  return {
    name,
    contractVersion: 2,
    supports: supportsOf(device, settings),
    upload(data, shape) {
      lifetime.check('upload');
      checkValues(name, 'upload', data, shape);
      // Except for wasm, tfjs backends keep the array that they get, so it is copied.
      return handles.add(device.create(device.name === 'wasm' ? data : data.slice(), shape));
    },
    async read(tensor) {
      return readValues(device, handles.get(tensor, 'read'));
    },
    dispose: (tensor) => handles.table.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      return createExecutable(device, lifetime, handles, program, settings);
    },
    liveTensors: () => handles.table.count(),
    allocated: () => device.host.numDataIds(),
    async native(tensor) {
      return handles.native(tensor);
    },
    wrap(native) {
      lifetime.check('wrap');
      if (native.dtype !== 'float32') {
        throw new VardropError(
          'VARDROP_INPUT',
          `[${name}] wrap: got a tensor of ${native.dtype}, needs float32. Cast it (\`tensor.toFloat()\`).`,
        );
      }
      const { engine, keep } = device.tf;
      if (engine().state.tensorInfo.get(native.dataId)?.backend === device.host) {
        return handles.add({ dataId: native.dataId, shape: native.shape, dtype: 'float32' }, keep(native));
      }
      // The tensor's data is on another tfjs backend. Copy it, since kernels need all data on one backend.
      const copy = handles.add(device.create(native.dataSync<'float32'>(), native.shape));
      native.dispose();
      return copy;
    },
    async close() {
      if (!lifetime.close()) return;
      handles.table.disposeAll();
      emptyPools(device);
    },
  };
}
