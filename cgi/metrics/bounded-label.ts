/** What a value is called that is one too many. */
const OTHER = "other";

/**
 * Lets the first so many values of a label pass and calls all further ones `other`, so that the number of series has a bound whatever
 * comes; an empty one is `none`. The values meant here come from tables of the program: the bound is a promise, not a habit.
 */
export class BoundedLabel {
  readonly #most: number;
  readonly #known = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  of(value: string): string {
    if (value === "") return "none";
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most) return OTHER;
    this.#known.add(value);
    return value;
  }
}
