/** A case or a law that did not end in time. Work that it left running cannot be stopped. */
export class TimeoutError extends Error {
  constructor(what: string, milliseconds: number) {
    super(`${what} did not end within ${milliseconds / 1000} s`);
    this.name = 'TimeoutError';
  }
}

/**
 * Settles as `work` does. Rejects with a `TimeoutError` that names `what` if that takes longer than `milliseconds`.
 * Work that blocks the thread is not interrupted.
 */
export async function withTimeout<T>(what: string, milliseconds: number, work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(what, milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
