let underWay = 0;
let before: PropertyDescriptor | undefined;

/**
 * Does work that may load onnxruntime-web's glue, after which the global `Worker` is what it was before. In Node, which has
 * none, the glue leaves Node's own class there, which other libraries take for a browser's. It starts its threads while it
 * is loaded, and needs it no longer.
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
