import {
  type ChosenSource,
  type PlotState,
  readState,
  stateQuery,
  stateSpan,
  withoutSource,
  withSpan,
} from "../../plot/page-state.js";
import {
  ALL_TIME,
  fitted,
  hull,
  isSameSpan,
  moved,
  type Span,
  tidied,
  timeWord,
  zoomed,
} from "../../plot/span.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";
import { LEFT, RIGHT } from "./chart.js";
import { node } from "./dom.js";
import { askFacts, type PageFacts, type SourceFacts } from "./facts.js";
import { followPointers } from "./gestures.js";
import { PlotForm } from "./plot-form.js";
import { savePicture, wholePicture } from "./save-picture.js";
import { Pictures } from "./scan-pictures.js";
import { searchSources } from "./source-search.js";
import { SourceView } from "./source-view.js";
import { readTheme, type Theme } from "./theme.js";
import { Toolbar } from "./toolbar.js";
import { keyWish, type Wish } from "./wishes.js";

/** While the range is moved, data are asked for at most so often, ms. */
const ASK_EVERY_MS = 120;
/** While an answer comes, it is drawn at most so often, ms. */
const DRAW_EVERY_MS = 60;
/** Changes of the range that follow each other as quickly as this are one step of the history, ms. */
const SAME_STEP_MS = 1000;

/**
 * The page of plots. What is shown is the state that the address tells; from it follow the range that each source is asked for, what comes
 * of it, and the drawing. Nothing flows the other way: what the reader does changes the state.
 */
export class PlotApp {
  readonly #facts = new Map<string, SourceFacts>();
  readonly #mount: string;
  readonly #toolbar: Toolbar;
  readonly #form: PlotForm | undefined;
  readonly #stage: HTMLElement;
  readonly #sourceList = node("div", { class: "sources" });
  readonly #boxMark = node("div", { class: "box-mark" });
  readonly #pictures = new Pictures();
  #state: PlotState;
  #span: Span;
  #views: SourceView[] = [];
  #theme: Theme;
  #isMoving = false;
  #frame: number | undefined;
  #askedAt = 0;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawTimer: ReturnType<typeof setTimeout> | undefined;
  #steppedAt = Number.NEGATIVE_INFINITY;
  #cursor: number | undefined;
  #hasData = false;

  constructor(root: Document, facts: PageFacts) {
    this.#stage = root.getElementById("plot")!; // the server made it
    this.#mount = facts.mount;
    for (const source of facts.sources) this.#facts.set(source.id, source);
    const asked = readState(location.search);
    this.#state = { ...asked, sources: facts.chosen, begin: facts.begin, end: facts.end };
    this.#span = fitted(stateSpan(this.#state) ?? { begin: 0, end: 86_400e6 });
    this.#theme = readTheme(this.#stage);
    this.#toolbar = new Toolbar({
      wish: (wish) => this.#wish(wish),
      wholeRange: () => this.#showWhole(),
      change: (change) => this.#change(change),
      savePicture: () => this.#savePicture(),
      copyLink: () => copied(location.href),
    });
    this.#stage.append(this.#toolbar.root, this.#sourceList, this.#boxMark);
    this.#boxMark.hidden = true;
    root.getElementById("plain")?.remove();
    const form = root.querySelector<HTMLFormElement>("form.plot-form");
    this.#form =
      form === null
        ? undefined
        : new PlotForm(form, { state: () => this.#state, show: (state) => this.#showState(state) });
    const more = this.#form?.more;
    if (more !== undefined) searchSources(more, this.#mount, (id) => void this.#form?.add(id));
    this.#makeViews();
    this.#watch();
    this.#ask();
    this.#draw();
  }

  #makeViews(): void {
    for (const view of this.#views) view.destroy();
    this.#views = this.#state.sources.flatMap(({ id }, n) => {
      const facts = this.#facts.get(id);
      return facts === undefined ? [] : [this.#makeView(facts, n + 1)];
    });
    this.#sourceList.replaceChildren(...this.#views.map(({ root }) => root));
    this.#toolbar.root.hidden = this.#views.length === 0;
  }

  #makeView(facts: SourceFacts, number: number): SourceView {
    return new SourceView(facts, number, {
      mount: this.#mount,
      span: () => this.#span,
      state: () => this.#state,
      theme: () => this.#theme,
      pictures: this.#pictures,
      sync: "plot",
      chosen: (source) => this.#state.sources[source - 1] ?? { id: facts.id, hidden: [] },
      hasBand: () => this.#state.band,
      changed: () => this.#drawSoon(),
      chooseAxis: (key, choice) =>
        this.#change((state) => {
          const axes = new Map(state.axes);
          if (Object.keys(choice).length === 0) axes.delete(key);
          else axes.set(key, choice);
          return { ...state, axes };
        }),
      toggle: (source, quantity) => this.#change((state) => toggled(state, source - 1, quantity)),
      remove: (source) => this.#change((state) => withoutSource(state, source - 1)),
      pointed: (part) => this.#point(part),
    });
  }

  /** Everything that may happen from outside. */
  #watch(): void {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => {
      this.#theme = readTheme(this.#stage);
      this.#draw();
    });
    new ResizeObserver(() => {
      this.#ask();
      this.#draw();
    }).observe(this.#stage);
    addEventListener("popstate", () => void this.#goBack());
    addEventListener("online", () => {
      for (const { loader } of this.#views) loader.retry();
    });
    followPointers(this.#sourceList, () => this.#sides, {
      wish: (wish) => this.#wish(wish),
      drawsBox: () => this.#toolbar.drawsBox,
      box: (box) => this.#markBox(box),
    });
    this.#sourceList.addEventListener("keydown", (event) => {
      const target = event.target;
      if (!(target instanceof HTMLElement) || !target.classList.contains("chart")) return;
      const wish = keyWish(event);
      if (wish === undefined) return;
      event.preventDefault();
      if (wish.kind === "home") this.#showWhole();
      else if (wish.kind === "step") this.#step(wish.by);
      else this.#wish(wish);
    });
  }

  get #sides(): { readonly left: number; readonly right: number } {
    return { left: LEFT, right: this.#hasColours ? RIGHT.colours : RIGHT.plain };
  }

  get #hasColours(): boolean {
    return this.#views.some(({ hasColours }) => hasColours);
  }

  get #width(): number {
    return Math.max(240, Math.floor(this.#sourceList.clientWidth));
  }

  /** Columns of pixels of a plot. */
  get #columns(): number {
    const { left, right } = this.#sides;
    return Math.max(50, Math.round((this.#width - left - right) * devicePixelRatio));
  }

  #wish(wish: Wish): void {
    switch (wish.kind) {
      case "move":
        this.#goTo(moved(this.#span, wish.part, ALL_TIME), !wish.isOver);
        return;
      case "zoom":
        this.#goTo(zoomed(this.#span, wish.factor, wish.at, ALL_TIME), !wish.isOver);
        return;
      case "box": {
        const length = this.#span.end - this.#span.begin;
        const begin = this.#span.begin + wish.from * length;
        this.#goTo(fitted({ begin, end: this.#span.begin + wish.to * length }), false);
        return;
      }
      default:
        wish satisfies never;
    }
  }

  /** Shows another range: at once with what there is, with what comes as it comes. */
  #goTo(wanted: Span, isMoving: boolean): void {
    this.#isMoving = isMoving;
    // Times in the address stay short; while it moves nothing is rounded, so that slow movements add up.
    const span = isMoving ? wanted : tidied(wanted);
    if (!isSameSpan(span, this.#span)) {
      this.#span = span;
      this.#state = withSpan(this.#state, span);
    }
    if (isMoving) this.#askSoon();
    else this.#ask();
    if (!isMoving) this.#tellAddress();
    this.#draw();
  }

  /** All that the sources have, where they say it; else what their examples show. */
  #showWhole(): void {
    const ranges = this.#views.flatMap(({ facts: { valid, examples } }) => valid ?? examples);
    const spans = ranges.map(({ begin, end }) => ({
      begin: timeToUs2000(parseTime(begin)),
      end: timeToUs2000(parseTime(end)),
    }));
    const all = hull(spans);
    if (all !== undefined) this.#goTo(fitted(all), false);
  }

  #askSoon(): void {
    const wait = this.#askedAt + ASK_EVERY_MS - performance.now();
    if (wait <= 0) this.#ask();
    else this.#askTimer ??= setTimeout(() => this.#ask(), wait);
  }

  #ask(): void {
    clearTimeout(this.#askTimer);
    this.#askTimer = undefined;
    this.#askedAt = performance.now();
    for (const view of this.#views) if (view.isDrawn) view.loader.want(this.#span, this.#columns);
  }

  /** Draws what has come: at once where it is the first or the last, between them not with each piece of an answer. */
  #drawSoon(): void {
    const isComing = this.#views.some(({ loader }) => loader.state.kind === "loading");
    const wait = this.#drawnAt + DRAW_EVERY_MS - performance.now();
    if (!isComing || wait <= 0) this.#draw();
    else this.#drawTimer ??= setTimeout(() => this.#draw(), wait);
  }

  /** Draws before the browser shows the next picture. */
  #draw(): void {
    clearTimeout(this.#drawTimer);
    this.#drawTimer = undefined;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#drawnAt = performance.now();
      const hasColours = this.#hasColours;
      const columns = this.#columns;
      const last = this.#views.findLastIndex(({ hasPanels }) => hasPanels);
      for (const [n, view] of this.#views.entries())
        view.show({
          width: this.#width,
          columns,
          hasColours,
          isLast: n === last,
          isMoving: this.#isMoving,
        });
      const isLoading = this.#views.some(({ loader }) => loader.state.kind === "loading");
      this.#toolbar.show(this.#state, { hasColours, isLoading });
      this.#stage.dataset.state = isLoading ? "loading" : "still";
      this.#note(isLoading);
      if (!this.#isMoving) this.#form?.show(this.#state);
      this.#read();
    });
  }

  /** Notes for those who measure when data are on the screen, and when all that is wanted is. */
  #note(isLoading: boolean): void {
    if (!this.#hasData) {
      this.#hasData = this.#views.some(({ hasData }) => hasData);
      if (this.#hasData) performance.mark("plot: first data");
    }
    if (isLoading || this.#isMoving) return;
    performance.clearMarks("plot: sharp");
    performance.mark("plot: sharp");
  }

  #change(change: (state: PlotState) => PlotState): void {
    const before = this.#state;
    this.#state = change(before);
    const isSameData =
      before.band === this.#state.band &&
      before.sources.length === this.#state.sources.length &&
      before.sources.every(({ id, params, interval }, n) => {
        const now = this.#state.sources[n];
        return now?.id === id && now.params === params && now.interval === interval;
      });
    this.#isMoving = false;
    if (!isSameData) this.#makeViews();
    this.#tellAddress();
    this.#ask();
    this.#draw();
  }

  /** Shows a state that was written by hand. Throws an Error that says why it cannot. */
  async #showState(state: PlotState): Promise<void> {
    const unknown = state.sources.map(({ id }) => id).filter((id) => !this.#facts.has(id));
    if (unknown.length > 0)
      for (const source of await askFacts(this.#mount, unknown)) this.#facts.set(source.id, source);
    this.#span = fitted(stateSpan(state) ?? this.#span);
    this.#steppedAt = Number.NEGATIVE_INFINITY;
    this.#change(() => state);
  }

  async #goBack(): Promise<void> {
    const state = readState(location.search);
    const known = state.sources.filter(({ id }) => this.#facts.has(id));
    this.#span = fitted(stateSpan(state) ?? this.#span);
    // What is changed next is a step of its own: the one gone back to stays.
    this.#steppedAt = Number.NEGATIVE_INFINITY;
    const before = this.#state;
    this.#state = { ...withSpan(state, this.#span), sources: known };
    if (!sameSources(before.sources, known) || before.band !== state.band) this.#makeViews();
    this.#isMoving = false;
    this.#ask();
    this.#draw();
  }

  /** The address tells what is shown; what follows soon on another change is the same step. */
  #tellAddress(): void {
    const url = `${location.pathname}?${stateQuery(this.#state)}`;
    if (url === `${location.pathname}${location.search}`) return;
    const now = performance.now();
    if (now - this.#steppedAt < SAME_STEP_MS) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.#steppedAt = now;
  }

  #point(part: number | undefined): void {
    this.#cursor = part;
    this.#read();
  }

  #step(by: number): void {
    const part = Math.min(1, Math.max(0, (this.#cursor ?? 0.5) + by / 100));
    this.#cursor = part;
    for (const view of this.#views) for (const panel of view.panels) panel.pointAt(part);
    this.#toolbar.say([this.#timeAt(part), ...this.#read()].join(", "));
  }

  #timeAt(part: number): string {
    const { begin, end } = this.#span;
    const us = begin + part * (end - begin);
    // No more digits than a column of pixels is wide.
    const step = 10 ** Math.floor(Math.log10(Math.max(1, (end - begin) / 2000)));
    return `${timeWord(Math.round(us / step) * step).replace("T", " ")} UTC`;
  }

  /** Shows time and values at the cursor, and gives the values as text. */
  #read(): readonly string[] {
    const part = this.#cursor;
    this.#toolbar.time(part === undefined ? "" : this.#timeAt(part));
    const x = part === undefined ? undefined : this.#span.begin + part * (this.#span.end - this.#span.begin);
    return this.#views.flatMap((view) => view.read(x));
  }

  #markBox(box: { readonly from: number; readonly to: number } | undefined): void {
    this.#boxMark.hidden = box === undefined;
    if (box === undefined) return;
    const { left, right } = this.#sides;
    const width = this.#width - left - right;
    const [from, to] = [box.from, box.to].map((part) => Math.min(1, Math.max(0, part))).sort((a, b) => a - b);
    this.#boxMark.style.left = `${this.#sourceList.offsetLeft + left + from! * width}px`;
    this.#boxMark.style.width = `${(to! - from!) * width}px`;
    this.#boxMark.style.top = `${this.#sourceList.offsetTop}px`;
    this.#boxMark.style.height = `${this.#sourceList.offsetHeight}px`;
  }

  #savePicture(): void {
    const picture = wholePicture(this.#views, this.#theme, this.#span);
    const id = (this.#views[0]?.facts.id ?? "plot").replaceAll(/[^A-Za-z0-9_-]+/g, "-");
    savePicture(picture, `${id}_${timeWord(this.#span.begin).replaceAll(":", "")}.png`);
  }
}

function sameSources(a: readonly ChosenSource[], b: readonly ChosenSource[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ id, params, interval }, n) => {
      const other = b[n];
      return other?.id === id && other.params === params && other.interval === interval;
    })
  );
}

/** The state with a quantity of a source hidden, or shown again. */
function toggled(state: PlotState, index: number, quantity: string): PlotState {
  return {
    ...state,
    sources: state.sources.map((source, n) => {
      if (n !== index) return source;
      const isHidden = source.hidden.includes(quantity);
      return {
        ...source,
        hidden: isHidden ? source.hidden.filter((name) => name !== quantity) : [...source.hidden, quantity],
      };
    }),
  };
}

/** Whether the browser lets pages write to the clipboard. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // a page that came by plain HTTP from another host may not
  }
}
