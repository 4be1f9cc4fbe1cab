/** The most modules that are kept. */
const mostKept = 64;

const kept = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles a module without blocking the caller. Modules of the same bytes are compiled once. Engines then also keep the code that
 * they have optimized.
 */
export function compileModule(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  const key = textOf(bytes);
  let module = kept.get(key);
  if (module === undefined) {
    module = WebAssembly.compile(bytes);
    // The one that was used longest ago goes first.
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value as string);
  } else kept.delete(key);
  kept.set(key, module);
  return module;
}

/** Bytes as characters of a string. */
function textOf(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let i = 0; i < bytes.length; i += 8192) pieces.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return pieces.join('');
}
