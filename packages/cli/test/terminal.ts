import { PassThrough } from 'node:stream';

/** A terminal, and what has been written to it so far. */
export function terminal(): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough();
  const fake = Object.assign(stream, {
    isTTY: true,
    columns: 100,
    rows: 20,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => true,
    clearScreenDown: () => true,
    getWindowSize: () => [100, 20],
    getColorDepth: () => 1,
    hasColors: () => false,
  });
  return { stream: fake as unknown as NodeJS.WriteStream, text: () => String(stream.read() ?? '') };
}
