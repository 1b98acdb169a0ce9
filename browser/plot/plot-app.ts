import {
  hasSameData,
  type PlotState,
  readState,
  stateQuery,
  stateSpan,
  withAxis,
  withoutSource,
  withSpan,
  withToggled,
} from "../../plot/page-state.js";
import { fitted, hull, isSameSpan, narrowestOf, type Span, timeWord } from "../../plot/span.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";
import { BoxMark } from "./box-mark.js";
import { OF_BROWSER } from "./browser-history.js";
import { node } from "./dom.js";
import type { PageFacts } from "./facts.js";
import { FrameNotes } from "./frame-notes.js";
import { Gestures } from "./gestures.js";
import { Pictures } from "./kept-scan-pictures.js";
import { KnownSources } from "./known-sources.js";
import { Lanes } from "./lanes.js";
import { watchOutside } from "./outside.js";
import { Pacer } from "./pacer.js";
import { PageFrames } from "./page-frames.js";
import { PageLayout } from "./page-layout.js";
import { PlotCursor } from "./plot-cursor.js";
import { PlotForm } from "./plot-form.js";
import { savePicture, wholePicture } from "./save-picture.js";
import { SourceSearch } from "./source-search.js";
import { type SourceHost, SourceView } from "./source-view.js";
import { StepHistory } from "./step-history.js";
import { copied, Toolbar } from "./toolbar.js";
import { wishedSpan } from "./wished-span.js";
import { keyWish, type Wish } from "./wishes.js";

/** While the range is moved, data are asked for at most so often, ms. */
const ASK_EVERY_MS = 120;

/**
 * The page of plots. What is shown is the state that the address tells; from it follow the range that each source is asked for, what comes
 * of it, and the drawing. Nothing flows the other way: what the reader does changes the state.
 */
export class PlotApp {
  readonly #known: KnownSources;
  readonly #mount: string;
  readonly #log: string | undefined;
  readonly #toolbar: Toolbar;
  readonly #form: PlotForm | undefined;
  readonly #stage: HTMLElement;
  readonly #sourceList = node("div", { class: "sources" });
  readonly #layout: PageLayout;
  readonly #boxMark = new BoxMark();
  readonly #cursor: PlotCursor;
  readonly #history = new StepHistory(OF_BROWSER);
  readonly #asking = new Pacer(ASK_EVERY_MS, () => this.#askAll());
  readonly #frames = new PageFrames({ draw: () => this.#draw(), isLoading: () => this.#isLoading });
  readonly #notes = new FrameNotes();
  readonly #pictures = new Pictures();
  readonly #lanes = new Lanes();
  #state: PlotState;
  #span: Span;
  #views: readonly SourceView[] = [];
  #isMoving = false;

  constructor(root: Document, facts: PageFacts) {
    this.#stage = root.getElementById("plot")!; // the server made it
    this.#mount = facts.mount;
    this.#log = facts.log;
    this.#known = new KnownSources(facts.mount, facts.sources);
    const asked = readState(location.search);
    this.#state = { ...asked, sources: facts.chosen, begin: facts.begin, end: facts.end };
    // A source that has another id now is found by it when the reader comes back.
    if (!hasSameData(asked, { ...asked, sources: facts.chosen })) OF_BROWSER.replace(stateQuery(this.#state));
    this.#span = fitted(stateSpan(this.#state) ?? { begin: 0, end: 86_400e6 });
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
    this.#layout = new PageLayout(this.#sourceList);
    root.getElementById("plain")?.remove();
    this.#form = this.#makeForm(root);
    this.#makeViews();
    this.#watchInside();
    this.#watchOutside();
    this.#asking.now();
    this.#frames.next();
  }

  #makeForm(root: Document): PlotForm | undefined {
    const form = root.querySelector<HTMLFormElement>("form.plot-form");
    if (form === null) return undefined;
    const made = new PlotForm(form, {
      state: () => this.#state,
      show: (state) => this.#showState(state),
      log: this.#log,
    });
    if (made.more !== undefined) new SourceSearch(made.more, this.#mount, (id) => void made.add(id));
    return made;
  }

  #makeViews(): void {
    for (const view of this.#views) view.destroy();
    const host = this.#sourceHost();
    this.#views = this.#state.sources.flatMap(({ id }, n) => {
      const facts = this.#known.find(id);
      return facts === undefined ? [] : [new SourceView(facts, n + 1, host)];
    });
    this.#sourceList.replaceChildren(...this.#views.map(({ root }) => root));
    this.#toolbar.root.hidden = this.#views.length === 0;
  }

  #sourceHost(): SourceHost {
    return {
      mount: this.#mount,
      log: this.#log,
      lanes: this.#lanes,
      span: () => this.#span,
      state: () => this.#state,
      theme: () => this.#layout.theme,
      pictures: this.#pictures,
      sync: "plot",
      chosen: (source) => this.#state.sources[source - 1] ?? { id: "", hidden: [] },
      hasBand: () => this.#state.band,
      changed: () => this.#frames.soon(),
      chooseAxis: (key, choice) => this.#change((state) => withAxis(state, key, choice)),
      toggle: (source, quantity) => this.#change((state) => withToggled(state, source - 1, quantity)),
      remove: (source) => this.#change((state) => withoutSource(state, source - 1)),
      pointed: (part) => this.#cursor.point(part),
    };
  }

  /** What the reader does with the plots. */
  #watchInside(): void {
    new Gestures(this.#sourceList, () => this.#sides, {
      wish: (wish) => this.#wish(wish),
      drawsBox: () => this.#toolbar.drawsBox,
      box: (box) =>
        this.#boxMark.show(box, { around: this.#sourceList, width: this.#layout.width, ...this.#sides }),
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

  #watchOutside(): void {
    watchOutside(this.#stage, {
      recoloured: () => {
        this.#layout.recolour();
        this.#frames.next();
      },
      resized: () => {
        this.#asking.now();
        this.#frames.next();
      },
      wentBack: () => void this.#goBack(),
      online: () => {
        for (const { loader } of this.#views) loader.retry();
      },
      printed: (isPrinted) => {
        if (this.#layout.print(isPrinted)) this.#frames.atOnce();
      },
    });
  }

  get #sides(): { readonly left: number; readonly right: number } {
    return this.#layout.sides(this.#hasColours);
  }

  get #hasColours(): boolean {
    return this.#views.some(({ hasColours }) => hasColours);
  }

  get #isLoading(): boolean {
    return this.#views.some(({ loader }) => loader.state.kind === "loading");
  }

  /** Shows another range: at once with what there is, with what comes as it comes. */
  #wish(wish: Wish): void {
    const cadences = this.#views.flatMap(({ cadence }) => cadence ?? []);
    const narrowest = narrowestOf(cadences.length === 0 ? undefined : Math.min(...cadences));
    const { span, isMoving } = wishedSpan(this.#span, wish, narrowest);
    this.#goTo(span, isMoving);
  }

  #goTo(span: Span, isMoving: boolean): void {
    this.#isMoving = isMoving;
    if (!isSameSpan(span, this.#span)) {
      this.#span = span;
      this.#state = withSpan(this.#state, span);
    }
    if (isMoving) this.#asking.soon();
    else this.#asking.now();
    if (!isMoving) this.#history.tell(stateQuery(this.#state));
    this.#frames.next();
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
    // What is printed is what was seen.
    if (this.#layout.isPrinted) return;
    const columns = this.#layout.columns(this.#hasColours);
    for (const view of this.#views) if (view.isDrawn) view.loader.want(this.#span, columns);
  }

  #draw(): void {
    const hasColours = this.#hasColours;
    const last = this.#views.findLastIndex(({ hasPanels }) => hasPanels);
    const { width, isPrinted } = this.#layout;
    const columns = this.#layout.columns(hasColours);
    const common = { width, columns, hasColours, isMoving: this.#isMoving };
    // On paper each source may have a sheet of its own.
    for (const [n, view] of this.#views.entries()) view.show({ ...common, isLast: n === last || isPrinted });
    const isLoading = this.#isLoading;
    this.#toolbar.show(this.#state, { hasColours, isLoading });
    this.#stage.dataset.state = isLoading ? "loading" : "still";
    this.#notes.drawn(
      this.#views.some(({ hasData }) => hasData),
      !isLoading && !this.#isMoving,
    );
    if (!this.#isMoving) this.#form?.show(this.#state);
    this.#cursor.read();
  }

  #change(change: (state: PlotState) => PlotState): void {
    this.#show(change(this.#state));
    this.#history.tell(stateQuery(this.#state));
  }

  /** Shows another state, whose range is {@link #span}. */
  #show(state: PlotState): void {
    const before = this.#state;
    this.#state = state;
    this.#isMoving = false;
    if (!hasSameData(before, state)) this.#makeViews();
    this.#asking.now();
    this.#frames.next();
  }

  /** Shows a state that was written by hand. Throws an Error that says why it cannot. */
  async #showState(asked: PlotState): Promise<void> {
    const state = await this.#known.learn(asked);
    this.#span = fitted(stateSpan(state) ?? this.#span);
    this.#history.separate();
    this.#change(() => state);
  }

  async #goBack(): Promise<void> {
    const query = location.search;
    const asked = readState(query);
    // What the server no longer tells of is left out.
    const state = await this.#known.learn(asked).catch(() => this.#known.without(asked));
    if (location.search !== query) return; // it went on meanwhile
    this.#span = fitted(stateSpan(state) ?? this.#span);
    // What is changed next is a step of its own: the one gone back to stays.
    this.#history.separate();
    this.#show(withSpan(state, this.#span));
  }

  #savePicture(): void {
    const picture = wholePicture(this.#views, this.#layout.theme, this.#span);
    const id = (this.#views[0]?.facts.id ?? "plot").replaceAll(/[^A-Za-z0-9_-]+/g, "-");
    savePicture(picture, `${id}_${timeWord(this.#span.begin).replaceAll(":", "")}.png`);
  }
}
