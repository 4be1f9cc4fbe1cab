import type { ProgressStream } from './progress.js';

/** A stream to print to, safe against control characters and against closing. */
export interface Printer extends ProgressStream {
  /** Prints text. Control characters are printed as escapes such as `\x1b`. Does nothing once the stream is closed. */
  write(text: string): void;
  /** Why printing failed, unless the reader closed the stream; undefined without a failure. */
  readonly failure: Error | undefined;
}

/** Errors of a stream that its reader has closed: a pipe or a terminal. */
const readerGone: readonly unknown[] = ['EPIPE', 'EIO', 'ENXIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

/**
 * Makes a stream safe to print to. Text from files (paths, names, messages) may contain control characters, which a terminal
 * would obey. A reader such as `head` may close the stream before the work is done; that ends the printing, not the work.
 *
 * @param stream its errors are handled from now on, so that none of them ends the process.
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
