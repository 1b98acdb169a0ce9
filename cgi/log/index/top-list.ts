/** Names that are counted at the same time; the busiest are right, of the others about a thirty-second of all may be guessed. */
const MOST_NAMES = 32;
/** Characters of a name. */
const MOST_CHARACTERS = 120;

/** A name and how often it came. */
export interface TopEntry {
  readonly name: string;
  readonly count: number;
  readonly problems: number;
  /** How much of `count` may belong to others. */
  readonly doubt: number;
}

interface Counter {
  count: number;
  problems: number;
  doubt: number;
}

/**
 * The names that come most often, in bounded memory whatever comes: where there is no room, the rarest gives its place and its count
 * to the new one ("space saving", Metwally, Agrawal and El Abbadi, 2005). No name is counted too low.
 */
export class TopList {
  readonly #counters = new Map<string, Counter>();

  add(text: string, isProblem: boolean): void {
    const name = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;
    const known = this.#counters.get(name) ?? this.#make(name);
    known.count += 1;
    if (isProblem) known.problems += 1;
  }

  #make(name: string): Counter {
    let doubt = 0;
    if (this.#counters.size >= MOST_NAMES) {
      let rarest = "";
      doubt = Number.POSITIVE_INFINITY;
      for (const [other, { count }] of this.#counters)
        if (count < doubt) {
          doubt = count;
          rarest = other;
        }
      this.#counters.delete(rarest);
    }
    const counter = { count: doubt, problems: 0, doubt };
    this.#counters.set(name, counter);
    return counter;
  }

  /** All names of it, as they came. */
  entries(): TopEntry[] {
    return [...this.#counters].map(([name, counter]) => ({ name, ...counter }));
  }

  /** A list from entries that were kept, those beyond its room left out. */
  static of(entries: readonly TopEntry[]): TopList {
    const list = new TopList();
    for (const { name, count, problems, doubt } of entries.slice(0, MOST_NAMES))
      list.#counters.set(name, { count, problems, doubt });
    return list;
  }
}

/** The `most` names that come most often in all of the lists together. */
export function busiest(lists: readonly TopList[], most: number): TopEntry[] {
  const sums = new Map<string, Counter>();
  for (const list of lists)
    for (const { name, count, problems, doubt } of list.entries()) {
      const sum = sums.get(name) ?? { count: 0, problems: 0, doubt: 0 };
      sums.set(name, {
        count: sum.count + count,
        problems: sum.problems + problems,
        doubt: sum.doubt + doubt,
      });
    }
  return [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, most);
}
