import { DasError } from "../../errors/das-error.js";
import { DAS3_LIMITS, type Das3Limits } from "../../stream/das3-framing.js";
import { parseDas3Info } from "../../stream/das3-info.js";
import type { StreamDecoder, StreamItem } from "../../stream/model.js";
import { attribute, clip } from "../../stream/xml-attribute.js";
import { parseXmlWithText, type XmlElement } from "../../stream/xml-document.js";
import { DatasetRecords } from "./dataset-records.js";
import { type DocumentPart, DocumentScanner } from "./document-scanner.js";
import type { Das3Property } from "./model.js";
import { das3StreamProperties, parseDataset, propertiesOf } from "./parse-headers.js";

const LESS = 0x3c;
const AMPERSAND = 0x26;
/** Properties of the whole document. */
const MOST_PROPERTIES = 1024;
/** Start tags of records whose ids are kept. */
const MOST_TAGS = 1000;

/**
 * Reads a das3 document as das2 items: each dataset becomes a packet type, each `<d>` a packet. Items of one portion last until the next
 * is asked for.
 *
 * Errors, each with the byte offset in `where`: those of {@link DocumentScanner}, BAD_HEADER, BAD_PROPERTY, UNDEFINED_ID,
 * PARTIAL_PACKET where it ends early, TOO_MANY_ITEMS, TOO_MANY_PLANES, RECORD_TOO_LONG; NOT_IMPLEMENTED for what das2 has no form for.
 * Source: das2-stream C7.
 */
export class Das3DocumentDecoder implements StreamDecoder {
  readonly #scanner: DocumentScanner;
  readonly #records = new DatasetRecords();
  /** Ids of records by their start tags, of which there are few. */
  readonly #ids = new Map<string, number>();
  readonly #properties: Das3Property[] = [];
  #hasRoot = false;
  #ended = false;

  constructor(limits: Partial<Das3Limits> = {}) {
    this.#scanner = new DocumentScanner({ ...DAS3_LIMITS, ...limits });
  }

  *portions(bytes: Uint8Array): Generator<readonly StreamItem[], void, undefined> {
    if (this.#ended) return;
    try {
      for (const part of this.#scanner.parts(bytes)) {
        if (part.kind === "element" && part.name === "d") yield* this.#record(part);
        else yield* given([...this.#records.gathered(), ...this.#element(part)]);
        if (this.#ended) return;
      }
    } catch (error) {
      this.#ended = true;
      // What was decoded before an error is given first.
      yield* given(this.#records.gathered());
      throw this.#located(error);
    }
    yield* given(this.#records.gathered());
  }

  end(): readonly StreamItem[] {
    if (this.#ended) return [];
    this.#ended = true;
    if (!this.#hasRoot)
      throw new DasError("NO_STREAM_HEADER", 'the input has no element, expected "<stream"');
    const { offset, isOver } = this.#scanner;
    if (!isOver)
      throw new DasError("PARTIAL_PACKET", `the document ends before its closing tag (byte ${offset})`, {
        offset,
      });
    this.#records.begin(this.#properties);
    return this.#records.started();
  }

  /** A record; what was gathered lasts only until it goes into the same memory. */
  *#record(part: DocumentPart): Generator<readonly StreamItem[], void, undefined> {
    const { id, bytes, view, start, until } = this.#content(part);
    const { before, source } = this.#records.record(id, bytes, view, start, until);
    yield* given(before);
    source.add(bytes, view, start);
  }

  /** The values of a record, as they stand where nothing in them is escaped. */
  #content({
    bytes,
    view,
    start,
    until,
    content,
  }: DocumentPart): Pick<DocumentPart, "bytes" | "view" | "start" | "until"> & { readonly id: number } {
    const close = bytes.indexOf(LESS, content);
    const isPlain = content < until && bytes.lastIndexOf(LESS, until - 1) === close;
    if (isPlain && bytes.subarray(content, close).every(isPlainByte)) {
      const startTag = Buffer.from(bytes.buffer, start, content - start).toString("utf8");
      return { id: this.#idOf(startTag), bytes, view, start: content, until: close };
    }
    const { text = "", attributes } = parseXmlWithText(bytes.subarray(start, until));
    const values = new Uint8Array(Buffer.from(text, "utf8"));
    const id = idFrom(attributes.get("id"));
    return { id, bytes: values, view: new DataView(values.buffer), start: 0, until: values.length };
  }

  #idOf(startTag: string): number {
    const known = this.#ids.get(startTag);
    if (known !== undefined) return known;
    const { attributes } = parseXmlWithText(`${startTag.slice(0, -1)}/>`);
    const id = idFrom(attributes.get("id"));
    if (this.#ids.size < MOST_TAGS) this.#ids.set(startTag, id);
    return id;
  }

  #element({ kind, name, bytes, start, until }: DocumentPart): StreamItem[] {
    const part = bytes.subarray(start, until);
    if (kind === "end") {
      this.#records.begin(this.#properties);
      return this.#records.started();
    }
    if (kind === "root") {
      const text = Buffer.from(part).toString("utf8");
      das3StreamProperties(
        parseXmlWithText(text.endsWith("/>") ? text : `${text.slice(0, -1)}/>`),
        "das-basic-doc",
      );
      this.#hasRoot = true;
      return [];
    }
    switch (name) {
      case "properties":
        this.#addProperties(parseXmlWithText(part));
        return [];
      case "dataset": {
        this.#records.begin(this.#properties);
        const element = parseXmlWithText(part);
        return this.#records.define(idFrom(attribute(element, "id")), parseDataset(element, "das-basic-doc"));
      }
      case "comment":
      case "exception": {
        const info = parseDas3Info(part);
        this.#records.begin(this.#properties);
        if (info?.kind === "exception") this.#ended = true;
        return info === undefined ? [] : [...this.#records.started(), info];
      }
      default: // frames, context and extensions say nothing that das2 knows
        return [];
    }
  }

  /** What comes behind the first dataset is too late. */
  #addProperties(element: XmlElement): void {
    if (this.#records.hasBegun) return;
    const found = propertiesOf({ name: "stream", attributes: new Map(), children: [element] });
    for (const property of found) {
      if (this.#properties.some(({ name }) => name === property.name))
        throw new DasError("BAD_PROPERTY", `property "${clip(property.name)}" stands twice in the document`);
      if (this.#properties.length >= MOST_PROPERTIES)
        throw new DasError(
          "TOO_MANY_ITEMS",
          `more than ${MOST_PROPERTIES} properties of a document, expected at most that many`,
        );
      this.#properties.push(property);
    }
  }

  #located(error: unknown): unknown {
    if (!(error instanceof DasError)) return error;
    const { offset } = this.#scanner;
    return new DasError(error.code, `${error.message} (byte ${offset})`, { ...error.where, offset }, error);
  }
}

/** Whether a byte stands for itself: no reference begins, and XML has it. */
function isPlainByte(byte: number): boolean {
  return byte >= 0x20 ? byte !== AMPERSAND : byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function idFrom(text: string | undefined): number {
  if (text !== undefined && /^\s*[0-9]{1,9}\s*$/.test(text)) return Number(text);
  throw new DasError("BAD_HEADER", `id = "${clip(text ?? "")}", expected the number of a dataset`);
}

function* given(items: readonly StreamItem[]): Generator<readonly StreamItem[], void, undefined> {
  if (items.length > 0) yield items;
}
