import { type ChosenSource, MOST_SOURCES, type PlotState, stateSpan } from "../../plot/page-state.js";
import { node } from "./dom.js";
import { NoFacts } from "./facts.js";
import { requestNodes } from "./source-trouble.js";

/** What the form does. */
export interface FormHost {
  readonly state: () => PlotState;
  /** Shows sources over a range; throws an Error that says why it cannot. */
  readonly show: (state: PlotState) => Promise<void>;
  /** Address of the request log, where it is open to the reader. */
  readonly log: string | undefined;
}

/** The form that the server made: what it says is shown without another page. */
export class PlotForm {
  readonly #form: HTMLFormElement;
  readonly #wrong = node("p", { class: "bad form-wrong", is: { role: "alert" } });
  readonly #host: FormHost;

  constructor(form: HTMLFormElement, host: FormHost) {
    this.#form = form;
    this.#host = host;
    form.after(this.#wrong);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** The input for one more source. */
  get more(): HTMLInputElement | undefined {
    return this.#sources.at(-1);
  }

  /** Writes what is shown into the form. */
  show({ begin = "", end = "", sources }: PlotState): void {
    const active = document.activeElement;
    for (const [name, text] of [
      ["begin", begin],
      ["end", end],
      ["params", sources[0]?.params ?? ""],
    ] as const) {
      const input = this.#input(name);
      // Nobody's typing is overwritten.
      if (input !== undefined && input !== active && input.value !== text) input.value = text;
    }
    const given = this.#sources;
    const more = given.pop();
    if (given.length === sources.length && given.every(({ value }, n) => value === sources[n]?.id)) return;
    for (const input of given) input.closest("label")?.remove();
    const label = more?.closest("label");
    for (const { id } of sources)
      label?.before(
        node(
          "label",
          { class: "grow source" },
          "Source ",
          node("input", { is: { name: "source", value: id, spellcheck: "false", autocomplete: "off" } }),
        ),
      );
    if (more !== undefined) more.value = "";
  }

  /** Adds a source. */
  async add(id: string): Promise<void> {
    if (this.more !== undefined) this.more.value = id;
    await this.#submit();
  }

  get #sources(): HTMLInputElement[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>('input[name="source"]')];
  }

  #input(name: string): HTMLInputElement | undefined {
    return this.#form.querySelector<HTMLInputElement>(`input[name="${name}"]`) ?? undefined;
  }

  async #submit(): Promise<void> {
    try {
      await this.#host.show(this.#read());
      this.#wrong.textContent = "";
    } catch (error) {
      this.#wrong.replaceChildren(
        error instanceof Error ? error.message : String(error),
        ...(error instanceof NoFacts ? requestNodes(error, this.#host.log) : []),
      );
    }
  }

  /** What the form says. Throws an Error that says what is missing. */
  #read(): PlotState {
    const before = this.#host.state();
    const ids = this.#sources.map(({ value }) => value.trim()).filter((id) => id !== "");
    if (ids.length === 0) throw new Error("Which source? Write its id, or search by a part of it.");
    if (ids.length > MOST_SOURCES)
      throw new Error(`${ids.length} sources, expected at most ${MOST_SOURCES} on one page`);
    const params = this.#input("params")?.value.trim() ?? "";
    const sources = ids.map((id, n): ChosenSource => {
      const known =
        before.sources[n]?.id === id ? before.sources[n] : before.sources.find((one) => one.id === id);
      const { params: old, ...rest } = known ?? { id, hidden: [] };
      const given = n === 0 && this.#input("params") !== undefined ? params : (old ?? "");
      return given === "" ? rest : { ...rest, params: given };
    });
    const begin = this.#input("begin")?.value.trim() ?? "";
    const end = this.#input("end")?.value.trim() ?? "";
    if (stateSpan({ begin, end }) === undefined)
      throw new Error("Expected two times such as 2021-06-30T12:00, the end after the begin");
    return { ...before, sources, begin, end };
  }
}
