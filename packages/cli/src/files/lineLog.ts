import { type FileHandle, open } from 'node:fs/promises';
import { type OutputPath, outputTarget, unwritable } from './output.js';

/** A file that grows by a line of JSON at a time. */
export interface LineLog {
  /** Writes a line at the end of the file. It is there for other programs when this is done. */
  write(line: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

const lineFeed = 10;

/**
 * A log at the end of a file. The file is opened with the first line, so that work which fails before leaves none. What is in it
 * already stays; a line that a killed process has not ended is ended first.
 *
 * @throws VardropError (both methods) `VARDROP_OUTPUT_UNWRITABLE`.
 */
export function lineLog(output: OutputPath): LineLog {
  let file: FileHandle | undefined;
  const guarded = async (act: () => Promise<void>) => {
    try {
      await act();
    } catch (cause) {
      throw unwritable(output, cause);
    }
  };
  return {
    async write(line) {
      const { path, special } = await outputTarget(output);
      await guarded(async () => {
        if (file === undefined) {
          file = await open(path, 'a');
          if (!special && (await endsWithin(path))) await file.appendFile('\n');
        }
        await file.appendFile(`${JSON.stringify(line)}\n`);
      });
    },
    close: () =>
      guarded(async () => {
        await file?.close();
        file = undefined;
      }),
  };
}

/** Whether a file ends within a line. */
async function endsWithin(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const last = new Uint8Array(1);
    await file.read(last, 0, 1, size - 1);
    return last[0] !== lineFeed;
  } finally {
    await file.close();
  }
}
