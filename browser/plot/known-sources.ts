import type { PlotState } from "../../plot/page-state.js";
import { askFacts, type SourceFacts } from "./facts.js";

/** The sources that the page has been told of, also by ids that they had before. */
export class KnownSources {
  readonly #mount: string;
  readonly #facts = new Map<string, SourceFacts>();

  constructor(mount: string, sources: readonly SourceFacts[]) {
    this.#mount = mount;
    for (const source of sources) this.#facts.set(source.id, source);
  }

  find(id: string): SourceFacts | undefined {
    return this.#facts.get(id);
  }

  /** A state whose sources are all known, by the ids that they have now. Throws an Error that says why there is none. */
  async learn(state: PlotState): Promise<PlotState> {
    const unknown = [...new Set(state.sources.map(({ id }) => id))].filter((id) => !this.#facts.has(id));
    if (unknown.length > 0)
      for (const [n, source] of (await askFacts(this.#mount, unknown)).entries()) {
        this.#facts.set(source.id, source);
        this.#facts.set(unknown[n] ?? source.id, source); // in the order in which they were asked for
      }
    return this.without(state);
  }

  /** The state without sources that are not known. */
  without(state: PlotState): PlotState {
    return {
      ...state,
      sources: state.sources.flatMap((chosen) => {
        const facts = this.#facts.get(chosen.id);
        return facts === undefined ? [] : [{ ...chosen, id: facts.id }];
      }),
    };
  }
}
