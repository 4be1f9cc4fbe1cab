/**
 * Frees what nothing refers to any more; does nothing where the engine does not let itself be told to.
 *
 * @param {(() => void) | undefined} [collect] as `--expose-gc` has it
 */
export async function collectGarbage(collect = /** @type {{ gc?: () => void }} */ (globalThis).gc) {
  // Finalizers of one collection free more for the next.
  for (let i = 0; i < 5; i++) {
    collect?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
