let underWay = 0;
let before: PropertyDescriptor | undefined;

/**
 * Does work that may load onnxruntime-web's glue, and restores the global `Worker` afterwards. Node has no such global.
 * The glue puts Node's own class there, which other libraries take for a browser's, and needs it only while it is
 * loaded, when it starts its threads.
 */
export async function keepWorker<T>(work: () => Promise<T>): Promise<T> {
  if (underWay++ === 0) before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  try {
    return await work();
  } finally {
    if (--underWay === 0) {
      if (before) Object.defineProperty(globalThis, 'Worker', before);
      else Reflect.deleteProperty(globalThis, 'Worker');
    }
  }
}
