import { DasError } from "../../errors/das-error.js";
import type { StreamItem } from "../../stream/model.js";
import { type TimeRange, timeToUs2000 } from "../../stream/time.js";
import type { Pacer } from "../pacer.js";
import { timeText } from "../reader-arguments.js";
import type { HttpAnswer, HttpClient } from "./http-client.js";
import type { Patience } from "./patience.js";
import { Place } from "./place.js";
import type { RecordReader } from "./record-layout.js";
import type { RecordPackets } from "./record-packets.js";
import { type Refusal, refusal, statusText } from "./server-status.js";
import type { TimeWindows } from "./time-windows.js";

/** What the records are read with. */
export interface RecordSource {
  readonly client: HttpClient;
  readonly patience: Patience;
  readonly reader: RecordReader;
  readonly packets: RecordPackets;
  readonly windows: TimeWindows;
  /** URL for records from `start` on, before `stop`: texts of times. */
  readonly url: (start: string, stop: string) => URL;
  /** Whether it makes sense to ask for compressed records. */
  readonly compressed: boolean;
  /** Extent of the data set, as far as told. */
  readonly extent: Partial<TimeRange>;
  readonly signal: AbortSignal;
  readonly pacer: Pacer;
}

/** Media types that are never records. */
const DOCUMENTS = /^(text\/html|application\/(xhtml\+xml|xml|json|problem\+json)|text\/xml)$/;

/**
 * The records of a range as packets, from as many answers as it takes: one that breaks off is followed by one from its last record
 * on, of which what came before is passed over. Portions hold until the next is asked for. Memory does not grow with the range.
 * Errors: PEER_AWAY, PEER_FAILED, RECORD_TOO_LONG, CANCELLED, those of the client.
 */
export class RecordStream {
  readonly #source: RecordSource;
  readonly #place = new Place();
  readonly #beginUs: number;
  readonly #endUs: number;
  #lastUs = Number.NEGATIVE_INFINITY;
  /** Packets were given. */
  any = false;
  /** Records that were left out because they stand before an earlier one. */
  misplaced = 0;

  constructor(source: RecordSource, range: TimeRange) {
    this.#source = source;
    this.#beginUs = timeToUs2000(range.begin);
    this.#endUs = timeToUs2000(range.end);
  }

  async *items(): AsyncGenerator<readonly StreamItem[]> {
    const { windows, client, patience, signal, compressed } = this.#source;
    /** Time of the last record when the window began: records of another window are no place to go on from. */
    let before: string | undefined;
    for (let window = windows.current; window !== undefined; window = windows.current) {
      const { lastText } = this.#place;
      const start = lastText === undefined || lastText === before ? isoText(window.begin) : lastText;
      const result = await client.get(this.#source.url(start, isoText(window.end)), compressed);
      if ("fault" in result) {
        await patience.again(result.fault, signal);
        continue;
      }
      const outcome = yield* this.#answer(result.answer);
      switch (outcome.kind) {
        case "whole":
        case "none":
          windows.next();
          before = this.#place.lastText;
          break;
        case "more":
          break;
        case "too much":
          if (!windows.halve()) throw this.#refused("a range of a second as too long");
          break;
        case "outside":
          if (!windows.clip(this.#source.extent.begin, this.#source.extent.end))
            throw this.#refused("a range that it says to have");
          break;
        case "fault":
          await patience.again(outcome.fault, signal);
          break;
        case "failed":
          throw outcome.error;
        default:
          outcome satisfies never;
      }
    }
  }

  /** The records of one answer. */
  async *#answer(answer: HttpAnswer): AsyncGenerator<readonly StreamItem[], Outcome> {
    const { reader, packets, patience, client, pacer } = this.#source;
    if (answer.status !== 200) return this.#refusal(answer, await statusText(answer));
    if (DOCUMENTS.test(answer.type)) return this.#document(answer, await statusText(answer));
    reader.restart();
    this.#place.restart();
    let fresh = 0;
    let first = true;
    let document: string | undefined;
    try {
      for await (const bytes of answer.body) {
        if (document !== undefined || (first && isDocument(bytes))) {
          document = (document ?? "") + Buffer.from(bytes).toString("utf8", 0, MAX_SNIFFED_BYTES);
          if (document.length >= MAX_SNIFFED_BYTES) break;
          continue;
        }
        first = false;
        reader.feed(bytes);
        let added = 0;
        while (reader.next()) {
          if (!this.#isWanted()) continue;
          added++;
          if (packets.add(this.#place.us2000, reader.record)) yield* this.#taken();
        }
        if (added > 0) patience.progressed();
        fresh += added;
        yield* this.#taken();
        await pacer.turn();
      }
    } catch (error) {
      // What came before the fault is whole, and was given.
      return { kind: "fault", fault: client.fault(error) };
    } finally {
      answer.discard();
    }
    if (document !== undefined) return this.#document(answer, document);
    const end = reader.end();
    if (end === "torn") return { kind: "fault", fault: { why: "an answer ended inside a record" } };
    if (end === "record" && this.#isWanted()) {
      packets.add(this.#place.us2000, reader.record);
      fresh++;
      yield* this.#taken();
    }
    // Without a length nobody can tell the end from a cut: what comes after the last record tells.
    return { kind: answer.framed || fresh === 0 ? "whole" : "more" };
  }

  *#taken(): Generator<readonly StreamItem[]> {
    const items = this.#source.packets.take();
    if (items.length === 0) return;
    this.any = true;
    yield items;
  }

  /** Whether the record that was read is new, in the range, and not before an earlier one. */
  #isWanted(): boolean {
    const place = this.#place;
    if (!place.isNew(this.#source.reader.record)) return false;
    const us = place.us2000;
    if (!(us >= this.#beginUs && us < this.#endUs)) return false;
    if (us < this.#lastUs) {
      this.misplaced++;
      return false;
    }
    this.#lastUs = us;
    return true;
  }

  /** What a document means that comes instead of records. */
  #document(answer: HttpAnswer, text: string): Outcome {
    const said = this.#refusal({ ...answer, status: 400 }, text);
    // It says nothing of an error.
    if (said.kind === "failed" && !/"code"\s*:\s*1[45]\d\d/.test(text))
      return { kind: "failed", error: this.#refused(`records as ${answer.type || "a document"}`, "sends") };
    return said;
  }

  #refusal(answer: Pick<HttpAnswer, "status" | "reason" | "afterMs">, text: string): Refusal {
    return refusal(this.#server, answer, text);
  }

  #refused(what: string, does = "refuses"): DasError {
    return new DasError("PEER_FAILED", `the HAPI server ${this.#server} ${does} ${what}`);
  }

  get #server(): string {
    return this.#source.url("", "").host;
  }
}

/** How an answer ended. */
type Outcome = Refusal | { readonly kind: "whole" | "more" };

/** Bytes of a document that is taken for records at first. */
const MAX_SNIFFED_BYTES = 65_536;

/** Whether the bytes begin a document in JSON or HTML: records begin with a digit of a year. */
function isDocument(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && bytes[at]! <= 0x20) at++;
  return bytes[at] === 0x7b || bytes[at] === 0x3c;
}

function isoText(time: TimeRange["begin"]): string {
  return `${timeText(time)}Z`;
}
