/** Turns of the event loop to wait in before waiting by the clock, whose shortest wait is 4 ms in a page. */
const promptTurns = 20;

/**
 * Resolves when a WebGL context has done all that it was given, without blocking the page; at once where it is lost. (tfjs
 * waits by the clock from the start, which is most of what reading a small tensor takes.)
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
