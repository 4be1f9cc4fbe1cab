/** The items of `source`, of which up to `ahead` are asked for before they are needed. Its end and errors come in their place. */
export async function* prefetch<Item>(
  source: AsyncIterable<Item>,
  ahead: number,
): AsyncGenerator<Item, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const waiting: Promise<IteratorResult<Item>>[] = [];
  const ask = () => {
    const next = iterator.next();
    // It is awaited later. Until then an error is not an unhandled one.
    next.catch(() => {});
    waiting.push(next);
  };
  try {
    while (true) {
      while (waiting.length <= ahead) ask();
      const next = await (waiting.shift() as Promise<IteratorResult<Item>>);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
