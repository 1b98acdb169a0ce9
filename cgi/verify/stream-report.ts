import { DasError, isDasError } from "../../errors/das-error.js";
import { beginsDocument } from "../../formats/das3/any-decoder.js";
import { Das3Decoder } from "../../formats/das3/decoder.js";
import { Das3DocumentDecoder } from "../../formats/das3/document-decoder.js";
import { DocumentScanner } from "../../formats/das3/document-scanner.js";
import { Das3Health } from "../../pipeline/das3-health.js";
import type { PacketHeader, StreamDecoder, StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";

/** What was found in a stream that somebody wants to have looked at. */
export interface StreamReport {
  readonly form: "das2" | "das3" | "unknown";
  /** Headers of data, and data packets. */
  readonly headers: number;
  readonly packets: number;
  /** One sentence each, the first of its kind; none: nothing is wrong. */
  readonly problems: readonly string[];
}

/** Problems that are listed; what is wrong with the first header is mostly wrong with all. */
const MOST_PROBLEMS = 50;
/** Types that every client reads; das2-stream A20. */
const WRITABLE = /^(?:sun_real[48]|little_endian_real[48]|ascii(?:9|1\d|2[0-4])|time(?:[5-9]|[12]\d|3[01]))$/;

/** Bytes that are looked at before others have a turn. */
const SLICE_BYTES = 65_536;

/** Looks at a stream as a strict client would. Source: das2-stream A3, A20, C1, C7. */
export async function reportStream(bytes: Uint8Array): Promise<StreamReport> {
  if (bytes[0] === 0x5b) return await new Inspection("das2", new StreamParser()).run(bytes);
  const isDocument = beginsDocument(bytes);
  if (bytes[0] === 0x7c || isDocument) {
    const decoder = isDocument ? new Das3DocumentDecoder() : new Das3Decoder();
    const inspection = new Inspection("das3", decoder);
    const report = await inspection.run(bytes);
    // What das2 has no form for is looked at part by part alone.
    return inspection.isForeign ? { ...report, ...(await countParts(bytes, isDocument)) } : report;
  }
  return {
    form: "unknown",
    headers: 0,
    packets: 0,
    problems: [
      'this is neither a das2 stream, which begins with "[00]", nor a das3 stream, which begins with "|Sx|", nor a das3 document, which begins with "<"',
    ],
  };
}

/** Records of a das3 stream or document that is not read, and what is wrong with how it is put together. */
async function countParts(
  bytes: Uint8Array,
  isDocument: boolean,
): Promise<Pick<StreamReport, "packets" | "problems">> {
  const health = new Das3Health();
  const scanner = new DocumentScanner();
  const problems: string[] = [];
  let packets = 0;
  try {
    for await (const slice of slices(bytes))
      if (isDocument)
        for (const { kind, name } of scanner.parts(slice))
          packets += kind === "element" && name === "d" ? 1 : 0;
      else health.push(slice, () => undefined);
    if (!isDocument) health.end();
    else if (!scanner.isOver) problems.push("the document ends before its closing tag");
  } catch (error) {
    problems.push(error instanceof DasError ? error.message : "the stream cannot be read");
  }
  if (health.exception !== undefined) problems.push(`it ends with ${health.exception.type}`);
  return { packets: isDocument ? packets : health.packets, problems };
}

/** Bytes in pieces, between which others have a turn. */
async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    yield bytes.subarray(at, at + SLICE_BYTES);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

class Inspection {
  readonly #form: StreamReport["form"];
  readonly #decoder: StreamDecoder;
  readonly #problems = new Set<string>();
  #headers = 0;
  #packets = 0;
  #isForeign = false;

  constructor(form: StreamReport["form"], decoder: StreamDecoder) {
    this.#form = form;
    this.#decoder = decoder;
  }

  /** Whether there was something that das2 has no form for. */
  get isForeign(): boolean {
    return this.#isForeign;
  }

  async run(bytes: Uint8Array): Promise<StreamReport> {
    try {
      for await (const slice of slices(bytes))
        for (const items of this.#decoder.portions(slice)) for (const item of items) this.#item(item);
      for (const item of this.#decoder.end()) this.#item(item);
      if (this.#packets === 0) this.#note("there is no data packet in the stream");
    } catch (error) {
      if (!isDasError(error)) throw error;
      this.#isForeign = error.code === "NOT_IMPLEMENTED";
      this.#note(error.message);
    }
    return {
      form: this.#form,
      headers: this.#headers,
      packets: this.#packets,
      problems: [...this.#problems].slice(0, MOST_PROBLEMS),
    };
  }

  #note(problem: string): void {
    if (this.#problems.size < MOST_PROBLEMS) this.#problems.add(problem);
  }

  #item(item: StreamItem): void {
    switch (item.kind) {
      case "stream":
        return;
      case "packet":
        this.#headers += 1;
        this.#header(item.header);
        return;
      case "data":
        this.#packets += item.batch.count;
        return;
      case "comment":
        if (item.comment.type === "log:warning" && item.comment.source === "heliostream")
          this.#note(item.comment.value);
        return;
      case "exception":
        this.#note(`it ends with the exception ${item.exception.type}: ${item.exception.message}`);
        return;
      default:
        item satisfies never;
    }
  }

  /** What readers differ about; das2-stream A5, A20. */
  #header({ id, planes }: PacketHeader): void {
    const names = new Set<string>();
    for (const { name, type } of planes) {
      if (name !== "" && names.has(name)) this.#note(`packet ${id} has two planes of the name "${name}"`);
      names.add(name);
      if (this.#form === "das2" && !WRITABLE.test(type.name))
        this.#note(`packet ${id} has the type ${type.name}, which not every client reads`);
    }
    const roles = new Set(planes.map(({ role }) => role));
    if (roles.has("yscan") && roles.has("z"))
      this.#note(`packet ${id} has yscan and z planes, which the C library refuses`);
    if (this.#form === "das2" && roles.has("yscan") && roles.has("y") && !roles.has("z"))
      this.#note(`packet ${id} has yscan and y planes, which the Java clients refuse`);
  }
}
