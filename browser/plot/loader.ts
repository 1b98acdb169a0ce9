import { binWidth } from "../../plot/bin-widths.js";
import { hull, intersection, type Span, without } from "../../plot/span.js";
import type { Clock } from "./clock.js";
import type { Lanes } from "./lanes.js";
import { coveredSpan, missingSpans, type Piece, PieceStore, suits } from "./pieces.js";
import { type AnswerEnd, readAnswer, type Trouble } from "./read-answer.js";
import { RetryTimer } from "./retry-timer.js";
import { SilenceWatch } from "./silence-watch.js";
import { StreamColumns } from "./stream-columns.js";

/**
 * How it stands with the data of a source.
 *
 * idle     all that is wanted is there, or nothing is wanted
 * loading  a request is on its way; what comes is drawn
 * away     the server did not answer, or has no room: a timer asks whether it is there and then again, `retry` at once; nothing else does
 * login    the range was refused for want of a login; `retry` asks again, with one
 * refused  the range was refused: asking again would not help, another range is asked for
 */
export type LoadState =
  | { readonly kind: "idle" }
  | { readonly kind: "loading" }
  | ({ readonly kind: "away"; readonly againAtMs: number } & Trouble)
  | ({ readonly kind: "login" } & Trouble)
  | ({ readonly kind: "refused" } & Trouble);

/** What a loader needs of the page. */
export interface LoaderHost {
  /** The address of a range in bins of a width, seconds. */
  readonly url: (span: Span, widthS: number) => string;
  /** Some of the source needs a login. */
  readonly asksForLogin: boolean;
  /** Whether there has been one, and how to note it. */
  readonly login: { readonly isKnown: () => boolean; readonly note: () => void };
  /** The source computes points at the distance that it is asked for. */
  readonly isSampled: boolean;
  readonly clock: Clock;
  /** Shared with the other sources of the page. */
  readonly lanes: Lanes;
  /** Asks the server whether it is there at all. */
  readonly isThere: (signal: AbortSignal) => Promise<boolean>;
  /** Data have come, or {@link SourceLoader.state} is another. */
  readonly changed: () => void;
}

/** A request that is on its way. */
interface Active {
  piece: Piece;
  readonly stop: AbortController;
  /** The server has fallen silent. */
  isGone: boolean;
}

/** What is missing at one side of a range is asked for a little further: whoever moves will go on. */
const AHEAD = 0.25;

/** What to ask for, so that a movement is not followed by a request for each column. */
function ahead(missing: Span, shown: Span): Span {
  const more = Math.round((shown.end - shown.begin) * AHEAD);
  if (missing.begin > shown.begin && missing.end === shown.end)
    return { begin: missing.begin, end: missing.end + more };
  if (missing.end < shown.end && missing.begin === shown.begin)
    return { begin: missing.begin - more, end: missing.end };
  return missing;
}

/**
 * Sees to the data of one source: asks for what the page shows and has not yet, in bins of the width of the screen's columns; stops what
 * nobody waits for any more; keeps what came, so that going back costs nothing; tries again, ever more seldom, where the server is away.
 */
export class SourceLoader {
  readonly #host: LoaderHost;
  readonly #store = new PieceStore();
  #active: Active[] = [];
  #wanted: { readonly span: Span; readonly widthS: number } | undefined;
  #state: LoadState = { kind: "idle" };
  readonly #timer: RetryTimer;
  /** Ranges that ended in a refusal: asking again would not help until something else is asked. */
  #refused: Span | undefined;

  constructor(host: LoaderHost) {
    this.#host = host;
    this.#timer = new RetryTimer({
      clock: host.clock,
      isThere: host.isThere,
      retry: () => this.#askAgain(),
      stillAway: () => {
        if (this.#state.kind === "away") this.#waitAndRetry(this.#state);
      },
    });
  }

  get state(): LoadState {
    return this.#state;
  }

  get pieces(): readonly Piece[] {
    return this.#store.all;
  }

  /** Notes which pieces are drawn. */
  use(pieces: ReadonlySet<Piece>): void {
    this.#store.use(pieces);
  }

  /** Wants a range on so many columns of pixels; asks for what of it is missing. */
  want(span: Span, columns: number): void {
    const widthS = binWidth((span.end - span.begin) / 1e6 / Math.max(1, columns));
    this.#wanted = { span, widthS };
    this.#ask();
  }

  /** Tries again at once where the server was away, or after a login. */
  retry(): void {
    this.#refused = undefined;
    if (this.#state.kind === "loading") return;
    if (this.#state.kind === "login") this.#host.login.note();
    // It would ask again in the middle of what is asked now.
    this.#timer.stop();
    this.#askAgain();
  }

  /** Forgets everything and stops asking. */
  clear(): void {
    for (const { stop } of this.#active) stop.abort();
    this.#active = [];
    this.#store.clear();
    this.#timer.reset();
    this.#wanted = undefined;
    this.#state = { kind: "idle" };
    this.#refused = undefined;
  }

  #ask(): void {
    if (this.#wanted === undefined) return;
    const { span, widthS } = this.#wanted;
    const widthUs = widthS * 1e6;
    const isUseful = ({ piece }: Active) =>
      suits(piece, widthUs) && intersection(piece.span, span) !== undefined;
    for (const active of this.#active) if (!isUseful(active)) active.stop.abort();
    const coming = this.#active.filter(isUseful).map(({ piece }) => piece.span);
    const missing = hull(missingSpans(this.#store.all, span, widthUs).flatMap((one) => without(one, coming)));
    if (missing === undefined) {
      if (coming.length === 0) this.#rest();
      return;
    }
    if (this.#refused !== undefined && without(missing, [this.#refused]).length === 0) return;
    if (this.#state.kind === "away") return; // the timer asks
    void this.#load(ahead(missing, span), widthS);
  }

  async #load(span: Span, widthS: number): Promise<void> {
    const columns = new StreamColumns(span);
    const active: Active = {
      piece: { span, widthUs: widthS * 1e6, columns, isWhole: false, isSampled: this.#host.isSampled },
      stop: new AbortController(),
      isGone: false,
    };
    this.#active.push(active);
    this.#store.add(active.piece);
    this.#tell({ kind: "loading" });
    const end = await this.#read(active, this.#host.url(span, widthS));
    this.#active = this.#active.filter((one) => one !== active);
    this.#finish(active.piece, this.#seen(columns, end), span);
  }

  /** Reads an answer when it is its turn, as long as the server is there. */
  async #read(active: Active, url: string): Promise<AnswerEnd> {
    const { lanes, clock, isThere, changed } = this.#host;
    const { signal } = active.stop;
    const leave = await lanes.enter(signal);
    if (leave === undefined) return { kind: "cancelled" };
    const gone = () => {
      active.isGone = true;
      active.stop.abort();
    };
    const watch = new SilenceWatch({ clock, isThere, gone });
    const take: Parameters<typeof readAnswer>[1] = (items) => {
      active.piece.columns.take(items);
      changed();
    };
    const options = { signal, credentials: this.#credentials, heard: () => watch.heard() };
    const end = await readAnswer(url, take, options);
    watch.stop();
    leave();
    return active.isGone ? { kind: "away", message: "it does not answer" } : end;
  }

  /** Nobody is asked for a password before a login is known to be needed. */
  get #credentials(): "omit" | "same-origin" {
    return this.#host.asksForLogin && !this.#host.login.isKnown() ? "omit" : "same-origin";
  }

  /** An exception in the stream that is no lack of data is a refusal. */
  #seen({ exception }: StreamColumns, end: AnswerEnd): AnswerEnd {
    if (end.kind !== "complete" || exception === undefined || exception.type === "NoDataInInterval")
      return end;
    return { ...end, kind: "refused", message: exception.message };
  }

  #finish(piece: Piece, end: AnswerEnd, span: Span): void {
    if (end.kind === "complete") {
      this.#store.replace(piece, { ...piece, isWhole: true });
      this.#timer.reset();
      this.#ask();
      this.#host.changed();
      return;
    }
    // What has come of it is whole up to its last record.
    const covered = coveredSpan(piece);
    if (covered === undefined || piece.columns.records < 2) this.#store.remove(piece);
    else this.#store.replace(piece, { ...piece, span: covered, isWhole: true });
    switch (end.kind) {
      case "cancelled":
        if (this.#active.length === 0 && this.#state.kind === "loading") this.#ask();
        break;
      case "away":
        this.#waitAndRetry(end);
        break;
      case "login":
      case "refused":
        this.#refused = span;
        this.#tell(end);
        break;
      default:
        end satisfies never;
    }
  }

  #waitAndRetry({ retrySeconds, message, request }: Extract<AnswerEnd, { kind: "away" }>): void {
    for (const { stop } of this.#active) stop.abort();
    const againAtMs = this.#timer.wait(retrySeconds);
    this.#tell({ kind: "away", message, againAtMs, ...(request === undefined ? {} : { request }) });
  }

  #askAgain(): void {
    this.#state = { kind: "idle" };
    this.#ask();
  }

  #rest(): void {
    if (this.#state.kind === "idle") return;
    if (this.#state.kind === "away") this.#timer.stop();
    this.#tell({ kind: "idle" });
  }

  #tell(state: LoadState): void {
    this.#state = state;
    this.#host.changed();
  }
}
