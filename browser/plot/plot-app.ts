import {
  hasSameData,
  type PlotState,
  readState,
  stateQuery,
  stateSpan,
  withoutSource,
  withSpan,
  withToggled,
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
import { BoxMark } from "./box-mark.js";
import { LEFT, RIGHT } from "./chart.js";
import { node } from "./dom.js";
import { askFacts, type PageFacts, type SourceFacts } from "./facts.js";
import { followPointers } from "./gestures.js";
import { Pacer } from "./pacer.js";
import { PlotCursor } from "./plot-cursor.js";
import { PlotForm } from "./plot-form.js";
import { savePicture, wholePicture } from "./save-picture.js";
import { Pictures } from "./scan-pictures.js";
import { searchSources } from "./source-search.js";
import { SourceView } from "./source-view.js";
import { StepHistory, type StepPlace } from "./step-history.js";
import { readTheme, type Theme } from "./theme.js";
import { Toolbar } from "./toolbar.js";
import { keyWish, type Wish } from "./wishes.js";

/** While the range is moved, data are asked for at most so often, ms. */
const ASK_EVERY_MS = 120;
/** While an answer comes, it is drawn at most so often, ms. */
const DRAW_EVERY_MS = 60;

const OF_BROWSER: StepPlace = {
  push: (query) => history.pushState(null, "", `${location.pathname}?${query}`),
  replace: (query) => history.replaceState(null, "", `${location.pathname}?${query}`),
  query: () => location.search.slice(1),
  now: () => performance.now(),
};

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
  readonly #boxMark = new BoxMark();
  readonly #cursor: PlotCursor;
  readonly #history = new StepHistory(OF_BROWSER);
  readonly #asking = new Pacer(ASK_EVERY_MS, () => this.#askAll());
  readonly #drawing = new Pacer(DRAW_EVERY_MS, () => this.#drawNext());
  readonly #pictures = new Pictures();
  #state: PlotState;
  #span: Span;
  #views: SourceView[] = [];
  #theme: Theme;
  #isMoving = false;
  #frame: number | undefined;
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
    this.#cursor = new PlotCursor({
      span: () => this.#span,
      views: () => this.#views,
      time: (text) => this.#toolbar.time(text),
      say: (text) => this.#toolbar.say(text),
    });
    this.#stage.append(this.#toolbar.root, this.#sourceList, this.#boxMark.root);
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
    this.#asking.now();
    this.#drawing.now();
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
      toggle: (source, quantity) => this.#change((state) => withToggled(state, source - 1, quantity)),
      remove: (source) => this.#change((state) => withoutSource(state, source - 1)),
      pointed: (part) => this.#cursor.point(part),
    });
  }

  /** Everything that may happen from outside. */
  #watch(): void {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => {
      this.#theme = readTheme(this.#stage);
      this.#drawing.now();
    });
    new ResizeObserver(() => {
      this.#asking.now();
      this.#drawing.now();
    }).observe(this.#stage);
    addEventListener("popstate", () => void this.#goBack());
    addEventListener("online", () => {
      for (const { loader } of this.#views) loader.retry();
    });
    followPointers(this.#sourceList, () => this.#sides, {
      wish: (wish) => this.#wish(wish),
      drawsBox: () => this.#toolbar.drawsBox,
      box: (box) => this.#boxMark.show(box, { around: this.#sourceList, width: this.#width, ...this.#sides }),
    });
    this.#sourceList.addEventListener("keydown", (event) => {
      const target = event.target;
      if (!(target instanceof HTMLElement) || !target.classList.contains("chart")) return;
      const wish = keyWish(event);
      if (wish === undefined) return;
      event.preventDefault();
      if (wish.kind === "home") this.#showWhole();
      else if (wish.kind === "step") this.#cursor.step(wish.by);
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
    if (isMoving) this.#asking.soon();
    else this.#asking.now();
    if (!isMoving) this.#history.tell(stateQuery(this.#state));
    this.#drawing.now();
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

  #askAll(): void {
    for (const view of this.#views) if (view.isDrawn) view.loader.want(this.#span, this.#columns);
  }

  /** Draws what has come: at once where it is the first or the last, between them not with each piece of an answer. */
  #drawSoon(): void {
    if (this.#isLoading) this.#drawing.soon();
    else this.#drawing.now();
  }

  get #isLoading(): boolean {
    return this.#views.some(({ loader }) => loader.state.kind === "loading");
  }

  /** Draws before the browser shows the next picture. */
  #drawNext(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
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
      const isLoading = this.#isLoading;
      this.#toolbar.show(this.#state, { hasColours, isLoading });
      this.#stage.dataset.state = isLoading ? "loading" : "still";
      this.#note(isLoading);
      if (!this.#isMoving) this.#form?.show(this.#state);
      this.#cursor.read();
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
    this.#isMoving = false;
    if (!hasSameData(before, this.#state)) this.#makeViews();
    this.#history.tell(stateQuery(this.#state));
    this.#asking.now();
    this.#drawing.now();
  }

  /** Shows a state that was written by hand. Throws an Error that says why it cannot. */
  async #showState(state: PlotState): Promise<void> {
    const unknown = state.sources.map(({ id }) => id).filter((id) => !this.#facts.has(id));
    if (unknown.length > 0)
      for (const source of await askFacts(this.#mount, unknown)) this.#facts.set(source.id, source);
    this.#span = fitted(stateSpan(state) ?? this.#span);
    this.#history.separate();
    this.#change(() => state);
  }

  async #goBack(): Promise<void> {
    const state = readState(location.search);
    const known = state.sources.filter(({ id }) => this.#facts.has(id));
    this.#span = fitted(stateSpan(state) ?? this.#span);
    // What is changed next is a step of its own: the one gone back to stays.
    this.#history.separate();
    const before = this.#state;
    this.#state = { ...withSpan(state, this.#span), sources: known };
    if (!hasSameData(before, this.#state)) this.#makeViews();
    this.#isMoving = false;
    this.#asking.now();
    this.#drawing.now();
  }

  #savePicture(): void {
    const picture = wholePicture(this.#views, this.#theme, this.#span);
    const id = (this.#views[0]?.facts.id ?? "plot").replaceAll(/[^A-Za-z0-9_-]+/g, "-");
    savePicture(picture, `${id}_${timeWord(this.#span.begin).replaceAll(":", "")}.png`);
  }
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
