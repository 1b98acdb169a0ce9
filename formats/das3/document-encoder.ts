import { BARE_HEADER } from "../../stream/bare-header.js";
import type {
  PacketBatch,
  PacketHeader,
  Plane,
  StreamEncoder,
  StreamHeader,
  StreamItem,
} from "../../stream/model.js";
import { failUnlessNoData } from "../told-failure.js";
import { datasetOfPacket } from "./dataset-of-packet.js";
import type { Das3Dataset, Das3Variable } from "./model.js";
import { documentDataset, documentStart } from "./print-headers.js";

type Write = (bytes: Uint8Array) => void;

/** Bytes that are gathered before they are written. */
const GATHERED_BYTES = 65_536;
const SPACE = 0x20;
const TILDE = 0x7e;
/** Ends each value but the last of a record; no time or number has it. */
const VALUE_END = ";";
/** What stands in a text that is neither time nor number, and must not stand in a record as it is. */
const REFUSED: ReadonlySet<number> = new Set(Array.from("<>&;", (character) => character.charCodeAt(0)));
const UNKNOWN = "?".charCodeAt(0);

/** How records of one packet type are written. */
interface Records {
  readonly begin: Uint8Array;
  /** In the order of the dataset, each with what stands for a blank. */
  readonly planes: readonly { readonly plane: Plane; readonly blank: Uint8Array }[];
  /** Bytes of the longest record. */
  readonly most: number;
}

/**
 * A das2 stream whose values are text as a das3 document: a dataset for each packet type, and its records behind it. Nothing is written of
 * a stream without datasets; comments have no place in a document, and what breaks off has no closing tag.
 * Errors: UNSUITED_STREAM as of {@link datasetOfPacket}, DOMAIN for an exception other than that there are no data.
 * Source: das2-stream C6, C7.
 */
export class Das3DocumentEncoder implements StreamEncoder {
  #stream: StreamHeader = BARE_HEADER;
  #begun = false;
  #bytes = new Uint8Array(GATHERED_BYTES);
  #length = 0;
  readonly #records = new Map<number, Records>();

  push(item: StreamItem, write: Write): void {
    switch (item.kind) {
      case "stream":
        this.#stream = item.header;
        return;
      case "packet":
        this.#define(item.header, write);
        return;
      case "data":
        this.#write(item.batch, write);
        return;
      case "comment":
        return;
      case "exception":
        this.#flush(write);
        failUnlessNoData(item.exception);
        return;
      default:
        item satisfies never;
    }
  }

  end(write: Write): void {
    if (this.#begun) this.#text("</stream>\n", write);
    this.#flush(write);
  }

  #define(header: PacketHeader, write: Write): void {
    if (!this.#begun) this.#text(documentStart(this.#stream), write);
    this.#begun = true;
    const { dataset, order } = datasetOfPacket(header, this.#stream);
    this.#text(documentDataset(header.id, inDocument(dataset)), write);
    const fills = dataset.dimensions.flatMap(({ variables }) =>
      variables.flatMap(({ content }) => (content.kind === "packet" ? [content.fill ?? "NaN"] : [])),
    );
    this.#records.set(header.id, {
      begin: Buffer.from(`<d id="${header.id}">`),
      planes: order.map((plane, at) => ({ plane, blank: Buffer.from(fills[at] ?? "NaN") })),
      most: 64 + order.reduce((sum, { items, type }) => sum + items * (Math.max(type.width, 24) + 1), 0),
    });
  }

  #write({ header, bytes, count }: PacketBatch, write: Write): void {
    const records = this.#records.get(header.id);
    if (records === undefined) return; // a data item follows the definition of its id
    for (let row = 0; row < count; row++) {
      this.#room(records.most, write);
      this.#record(records, bytes, row * header.stride);
    }
    this.#flush(write);
  }

  /** One record, for which there is room. */
  #record({ begin, planes }: Records, from: Uint8Array, row: number): void {
    this.#copy(begin);
    const separator = VALUE_END.charCodeAt(0);
    for (const { plane, blank } of planes) {
      const { offset, items, type } = plane;
      for (let item = 0, at = row + offset; item < items; item++, at += type.width) {
        const before = this.#length;
        this.#field(from, at, at + type.width);
        if (this.#length === before) this.#copy(blank);
        this.#bytes[this.#length++] = separator;
      }
    }
    this.#length--;
    this.#copy(RECORD_END);
  }

  /** The text of a field without the blanks around it. */
  #field(from: Uint8Array, start: number, end: number): void {
    let first = start;
    let behind = end;
    while (first < behind && from[first]! <= SPACE) first++;
    while (behind > first && from[behind - 1]! <= SPACE) behind--;
    for (let at = first; at < behind; at++) {
      const byte = from[at]!;
      const isPlain = byte >= SPACE && byte <= TILDE && !REFUSED.has(byte);
      this.#bytes[this.#length++] = isPlain ? byte : UNKNOWN;
    }
  }

  #copy(part: Uint8Array): void {
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  #text(text: string, write: Write): void {
    const bytes = Buffer.from(text);
    this.#room(bytes.length, write);
    this.#copy(bytes);
  }

  #room(bytes: number, write: Write): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    this.#flush(write);
    if (bytes > this.#bytes.length) this.#bytes = new Uint8Array(bytes);
  }

  #flush(write: Write): void {
    if (this.#length > 0) write(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }
}

const RECORD_END = Buffer.from("</d>\n");

/** A dataset as it stands in a document: values of any width, fill among the properties. */
function inDocument(dataset: Das3Dataset): Das3Dataset {
  const dimensions = dataset.dimensions.map((dimension) => {
    const known = dimension.properties.find(({ name }) => name === "fill")?.value[2];
    return {
      ...dimension,
      variables: dimension.variables.map((variable) => variableInDocument(variable, known)),
    };
  });
  return { ...dataset, dimensions };
}

/** @param known what the dimension says of fill */
function variableInDocument(variable: Das3Variable, known: string | undefined): Das3Variable {
  const { content, properties, semantic } = variable;
  if (content.kind !== "packet") return variable;
  const { items = 1, encoding, fill } = content;
  const isTold = fill === undefined || fill === known || semantic === "datetime";
  return {
    ...variable,
    properties: isTold ? properties : [...properties, { name: "fill", value: ["real", "", fill] }],
    content: { kind: "packet", items, encoding, valueEnd: VALUE_END },
  };
}
