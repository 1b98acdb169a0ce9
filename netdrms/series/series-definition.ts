import type { DrmsType } from "../values/drms-type.js";
import type { KeywordClass, Link, LinkedMember, SegmentProtocol, SegmentScope, Series } from "./model.js";

/** A class that people give to a keyword; index keywords are made by the system. Source: netdrms 1.4. */
export type DeclaredClass = Exclude<KeywordClass, "index">;

/** A keyword as a definition has it: a value of its own, or that of another series. Source: netdrms 2.11. */
export type KeywordDefinition = {
  /** Of a per-segment keyword without `_NNN`. */
  readonly name: string;
  readonly description: string;
} & (
  | { readonly link: LinkedMember }
  | {
      readonly link?: never;
      readonly type: DrmsType;
      readonly class: DeclaredClass;
      /** One keyword for every segment. */
      readonly perSegment: boolean;
      readonly defaultText: string;
      readonly format: string;
      readonly unit: string;
    }
);

/** A segment as a definition has it. Source: netdrms 2.11. */
export type SegmentDefinition = {
  readonly name: string;
  /** Lengths, fastest first; 0 for one that is not declared. */
  readonly axes: readonly number[];
  readonly description: string;
} & (
  | { readonly link: LinkedMember }
  | {
      readonly link?: never;
      readonly scope: SegmentScope;
      readonly type: DrmsType | "raw";
      readonly unit: string;
      readonly protocol: SegmentProtocol;
      /** See {@link hasCompression}; else empty. */
      readonly compression: string;
      /** See {@link hasScale}; else 0 and 1. */
      readonly bzero: number;
      readonly bscale: number;
    }
);

/** A link as a definition has it. Source: netdrms 2.11. */
export interface LinkDefinition {
  readonly name: string;
  readonly targetSeries: string;
  readonly kind: Link["kind"];
  readonly description: string;
}

/**
 * What a person says of a series that is to be made: a JSD file as a value. What follows from it, such as columns and implicit
 * keywords, `defineSeries` adds. Source: netdrms 2.11.
 */
export interface SeriesDefinition {
  /** `ns.table`. */
  readonly name: string;
  readonly author: string;
  /** What the definition says; a new series belongs to the user that makes it. */
  readonly owner: string;
  readonly unitSize: number;
  readonly archive: Series["archive"];
  readonly retentionDays: number;
  readonly stagingRetentionDays: number;
  readonly tapeGroup: number;
  readonly description: string;
  /** Whether the series gets a table of its latest records. */
  readonly createShadow: boolean;
  /** External names. */
  readonly primeKeys: readonly string[];
  /** External names; empty where the prime keys have one index. */
  readonly dbIndex: readonly string[];
  readonly links: readonly LinkDefinition[];
  readonly keywords: readonly KeywordDefinition[];
  /** Their places are their numbers. */
  readonly segments: readonly SegmentDefinition[];
}

/** How messages name a part of a definition. */
export type PlaceOf = (part: DefinitionPart, name: string) => string;

/** A part of a definition that a message may be about; of the headers by their words, `PrimeKeys`. */
export type DefinitionPart = "header" | "link" | "keyword" | "segment";

/** Whether a definition gives a compression string to such a segment. Source: netdrms 2.11. */
export function hasCompression(protocol: SegmentProtocol, type: DrmsType | "raw"): boolean {
  return (protocol === "fits" || protocol === "tas") && type !== "longlong";
}

/** Whether a definition gives zero and scale to such a segment. Source: netdrms 2.11. */
export function hasScale(protocol: SegmentProtocol, type: DrmsType | "raw"): boolean {
  const integer = type === "char" || type === "short" || type === "int" || type === "longlong";
  return integer && ["fits", "fitz", "tas", "bin", "bin.gz"].includes(protocol);
}

/** What files of protocol `fitz` are compressed with. Source: netdrms 1.7, 2.11. */
export const FITZ_COMPRESSION = "compress Rice";
