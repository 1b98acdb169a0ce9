import { DasError } from "../errors/das-error.js";
import { BARE_HEADER } from "./bare-header.js";
import type { Compression } from "./compression.js";
import { INFO_ID } from "./framing.js";
import { infoOf, packetHeaderOf, streamHeaderOf } from "./header-xml.js";
import { HeldStart } from "./held-start.js";
import type { Definition, KnownHeaders } from "./known-headers.js";
import type { StreamLimits } from "./limits.js";
import type { PacketHeader, StreamItem } from "./model.js";
import { hasXScan } from "./plane-xml.js";
import type { Warn } from "./properties-xml.js";
import { parseXml } from "./xml-document.js";

/** Warnings that become comments of the stream; a stream of nothing but oddities must not drown its data. */
const MOST_WARNINGS = 20;

/** What comes next: the stream header, any other packet, nothing that matters any more. */
export type StreamState = "start" | "packets" | "ended";

/** What the headers of a stream have said so far: which packets there are, and whether the stream has begun or ended. */
export class StreamDefinitions {
  state: StreamState = "start";
  /** By id. */
  readonly headers: (PacketHeader | undefined)[] = new Array<PacketHeader | undefined>(100).fill(undefined);
  readonly start = new HeldStart();
  readonly #limits: StreamLimits;
  readonly #known: KnownHeaders | undefined;
  readonly #warned = new Set<string>();
  #version = "";
  #compression: Compression = "none";

  constructor(limits: StreamLimits, known: KnownHeaders | undefined) {
    this.#limits = limits;
    this.#known = known;
  }

  get compression(): Compression {
    return this.#compression;
  }

  /**
   * Acts on a packet that is not data, and adds what it says to the items; what is accepted though it is not quite right comes behind.
   * Errors: those of its header; REPEATED_HEADER. Source: das2-stream A3.
   */
  define(id: number, body: Uint8Array, items: StreamItem[]): void {
    const warnings: StreamItem[] = [];
    this.#read(id, body, items, (line) => this.warn(line, warnings));
    for (const warning of warnings) this.start.add(warning, items);
  }

  /** Tells once of what is not quite right. */
  warn(line: string, items: StreamItem[], about = line): void {
    if (this.#warned.size >= MOST_WARNINGS || this.#warned.has(about)) return;
    this.#warned.add(about);
    const comment = { type: "log:warning", source: "heliostream", value: line };
    this.start.add({ kind: "comment", comment }, items);
  }

  #read(id: number, body: Uint8Array, items: StreamItem[], warn: Warn): void {
    const known = this.#known?.find(id, body);
    if (known !== undefined) {
      this.#apply(known, items);
      return;
    }
    const root = parseXml(body);
    if (id === INFO_ID || (id === 0 && root.name === "exception")) {
      const info = infoOf(root);
      if (info === undefined) return;
      // Older servers send an exception in place of the stream header (das2-stream A13.2).
      if (this.state === "start") items.push({ kind: "stream", header: BARE_HEADER });
      this.start.add(info, items);
      if (info.kind === "exception") this.state = "ended";
      return;
    }
    let isOdd = false;
    const told: Warn = (line) => {
      isOdd = true;
      warn(line);
    };
    const definition: Definition =
      id > 0
        ? {
            kind: "packet",
            header: packetHeaderOf(id, root, this.#limits, told),
            ...(hasXScan(root) ? { alongX: true } : {}),
          }
        : { kind: "stream", ...streamHeaderOf(root, this.#limits, told) };
    if (!isOdd) this.#known?.keep(id, body, definition);
    this.#apply(definition, items);
  }

  #apply(definition: Definition, items: StreamItem[]): void {
    if (definition.kind === "packet") {
      const { header } = definition;
      this.headers[header.id] = header;
      this.start.packet(header, definition.alongX === true, items);
      return;
    }
    const { header, compression } = definition;
    if (this.state === "packets") {
      // Streams put one after the other: harmless if they are of one kind.
      if (header.version === this.#version && compression === this.#compression) return;
      throw new DasError(
        "REPEATED_HEADER",
        `a second stream header of version ${header.version}, compression ${compression} after one of ` +
          `version ${this.#version}, compression ${this.#compression}`,
      );
    }
    this.#version = header.version;
    this.#compression = compression;
    this.state = "packets";
    this.start.begin(header, items);
  }
}
