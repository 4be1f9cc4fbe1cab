import { waitUntil } from '@vardrop/core/backend';

/**
 * Resolves when a WebGL context has finished all its work, without blocking the page. Resolves at once if the context
 * is lost. (tfjs uses a timer from the start, which takes most of the time of reading a small tensor.)
 */
export async function finishWebgl(gl: WebGL2RenderingContext): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!fence) return;
  gl.flush();
  await waitUntil(() => gl.clientWaitSync(fence, 0, 0) !== gl.TIMEOUT_EXPIRED);
  gl.deleteSync(fence);
}
