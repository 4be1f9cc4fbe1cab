import type { ProgressStream } from './progress.js';

/** Where a command prints: a stream that nothing can steer or break. */
export interface Printer extends ProgressStream {
  /** Prints text; what could steer a terminal is printed as an escape such as `\x1b`. Does nothing once the stream is closed. */
  write(text: string): void;
  /** Why not all could be printed, other than that the reader went away; undefined where all was. */
  readonly failure: Error | undefined;
}

/** Errors of a stream whose reader went away: a pipe that is closed, a terminal that is gone. */
const readerGone: readonly unknown[] = ['EPIPE', 'EIO', 'ENXIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

/**
 * Makes a stream safe to print on. Text from files (paths, names, messages) may hold control characters: a terminal would obey
 * them. And a reader may go away before the work is done, as `head` does: that ends the printing, not the work.
 *
 * @param stream its errors are heard from now on, so that none of them ends the process.
 */
export function createPrinter(stream: ProgressStream): Printer {
  let closed = false;
  let failure: Error | undefined;
  stream.on?.('error', (error) => {
    closed = true;
    if (!readerGone.includes((error as NodeJS.ErrnoException).code)) failure ??= error;
  });
  return {
    isTTY: stream.isTTY,
    fd: stream.fd,
    write(text) {
      if (!closed) stream.write(escapeControls(text));
    },
    get failure() {
      return failure;
    },
  };
}

/**
 * Control characters apart from tab and line feed, and those that turn the direction of text around, with which a name can
 * pass for another.
 */
const controls = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** @returns the text with every control character apart from tab and line feed written as an escape, `\x1b` or `\u202e`. */
export function escapeControls(text: string): string {
  return text.replace(controls, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}
