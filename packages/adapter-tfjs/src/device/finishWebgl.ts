/** How many turns of the event loop to wait before using a timer. The shortest timer in a page takes 4 ms. */
const promptTurns = 20;

/**
 * Resolves when a WebGL context has finished all its work, without blocking the page. Resolves at once if the context
 * is lost. (tfjs uses a timer from the start, which takes most of the time of reading a small tensor.)
 */
export async function finishWebgl(gl: WebGL2RenderingContext): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!fence) return;
  gl.flush();
  for (let turn = 0; gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED; turn++) {
    await (turn < promptTurns ? nextTask() : new Promise((resolve) => setTimeout(resolve)));
  }
  gl.deleteSync(fence);
}

/** Resolves in the next turn of the event loop. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
