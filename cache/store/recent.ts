/** Values by key, a bounded number of them: what was not used for the longest time goes first. */
export class Recent<V> {
  readonly #most: number;
  readonly #values = new Map<string, V>();
  readonly #onGone: (value: V) => void;

  /** @param onGone told of each value that is no longer held: dropped, or replaced by another */
  constructor(most: number, onGone: (value: V) => void = () => undefined) {
    this.#most = most;
    this.#onGone = onGone;
  }

  get size(): number {
    return this.#values.size;
  }

  /** The value, which has been used now. */
  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#most) this.deleteOldest();
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#onGone(value);
  }

  /** Drops the value that was not used for the longest time; there must be one. */
  deleteOldest(): void {
    const { value: key } = this.#values.keys().next();
    if (key !== undefined) this.delete(key);
  }
}
