/**
 * The results of `work` for all items in their order, so many at a time. `work` never fails: what went wrong is a result too.
 * Who leaves early does not wait for what is under way.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  parallel: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for (const item of items) {
    running.push(work(item));
    if (running.length >= parallel) yield await running.shift()!;
  }
  for (const one of running) yield await one;
}
