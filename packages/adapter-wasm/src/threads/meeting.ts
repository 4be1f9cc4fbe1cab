/** Words at the start of the memory by which threads agree. */
const words = { nextTask: 0, arrived: 16, meetings: 32, done: 48 } as const;

/** Bytes at the start of the memory that hold no tensor: a cache line for each word. */
export const reservedBytes = 256;

/** How often a thread looks whether the others have arrived before it sleeps: some twenty microseconds. */
const looks = 4000;

/** How the threads of a team share tasks and wait for each other. */
export interface Meeting {
  /** The next task of the current segment that no thread has taken yet. */
  takeTask(): number;
  /** Returns once all threads have called it. The next segment's tasks can then be taken. */
  meet(): void;
}

/** The view of one of `threads` threads on the words of a shared memory. */
export function createMeeting(buffer: ArrayBufferLike, threads: number): Meeting {
  const at = new Int32Array(buffer, 0, reservedBytes / 4);
  return {
    takeTask: () => Atomics.add(at, words.nextTask, 1),
    meet() {
      const meeting = Atomics.load(at, words.meetings);
      if (Atomics.add(at, words.arrived, 1) === threads - 1) {
        Atomics.store(at, words.arrived, 0);
        Atomics.store(at, words.nextTask, 0);
        Atomics.add(at, words.meetings, 1);
        Atomics.notify(at, words.meetings);
        return;
      }
      for (let look = 0; look < looks; look++) if (Atomics.load(at, words.meetings) !== meeting) return;
      while (Atomics.load(at, words.meetings) === meeting) Atomics.wait(at, words.meetings, meeting);
    },
  };
}

/** The number of the last run that all threads have done. */
export function readDone(buffer: ArrayBufferLike): number {
  return Atomics.load(new Int32Array(buffer, 0, reservedBytes / 4), words.done);
}

/** Sets the number of the last run that all threads have done. */
export function writeDone(buffer: ArrayBufferLike, run: number): void {
  Atomics.store(new Int32Array(buffer, 0, reservedBytes / 4), words.done, run);
}
