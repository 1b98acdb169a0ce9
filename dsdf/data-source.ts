import type { Time } from "../stream/time.js";
import type { CommandTemplate } from "./command.js";
import type { Das1Records } from "./das1-records.js";
import type { FileType } from "./file-type.js";
import type { Remark } from "./grammar.js";

/** A way to be let in; das2-server 6.2. */
export type AccessRule =
  | {
      readonly method: "age";
      readonly years: number;
      readonly months: number;
      readonly days: number;
      readonly hours: number;
    }
  | { readonly method: "group"; readonly name: string }
  | { readonly method: "user"; readonly name: string };

/** An example request of a source; das2-server 12.3 `exampleRange_NN` and its companions. */
export interface Example {
  /** NN of the keyword. */
  readonly number: number;
  readonly name?: string;
  readonly begin: Time;
  readonly end: Time;
  /** Seconds; missing means the span divided by 2000. */
  readonly resolution?: number;
  /** Seconds between points, for interval sources. */
  readonly interval?: number;
  readonly params?: string;
  readonly info?: string;
  /** Parameters of the request for path-style clients (`exampleQuery_NN`), instead of `params`. */
  readonly query?: ReadonlyMap<string, string>;
}

/** One declared cache level; das2-server 15.1. */
export interface CacheLevel {
  /** NN of the keyword. */
  readonly number: number;
  /** Bin width in seconds; 0 is intrinsic. */
  readonly seconds: number;
  /** The width as the name of a folder: `intrinsic`, `bin-60s`, `bin-100ms`, `bin-0p5s`; das2-server 15.2. */
  readonly folder: string;
  readonly period: "persecond" | "perminute" | "hourly" | "daily" | "monthly" | "yearly";
  /** Reader parameters as given to the reader. */
  readonly params: string;
}

/** What is said of a declared parameter besides its declaration; das2-server 12.3. */
export interface ParamInfo {
  /** `paramInfo_NN`. */
  readonly summary?: string;
  /** Values and what they mean: `paramValInfo_NN`. */
  readonly valueInfo?: ReadonlyMap<string, string>;
}

/** A declared reader parameter; das2-server 12.4. */
export type ParamDeclaration = ParamInfo & ParamForm;

type ParamForm =
  | {
      readonly form: "flag";
      readonly flag: string;
      readonly description: string;
      readonly type?: string;
      readonly default?: string;
    }
  | {
      readonly form: "typed";
      readonly key: string;
      readonly title: string;
      readonly required: boolean;
      readonly type: "TEXT" | "BOOLEAN" | "REAL" | "ENUM" | "FLAG_SET";
      readonly units?: string;
      readonly min?: number;
      readonly max?: number;
      readonly values?: readonly string[];
      readonly default?: string;
    };

/** A part of a source that has an id of its own for clients of HAPI: `ID,KEY`; das2-server 11.1. */
export interface SubSource {
  /** NN of the keyword. */
  readonly number: number;
  readonly key: string;
  readonly description: string;
  /** Bin width, or for interval sources distance of points, seconds; 0 is intrinsic. */
  readonly seconds: number;
  /** Words for the reader. */
  readonly params: readonly string[];
}

/** A part of a pattern that makes a word of a value: fixed text, the value, or the chosen flags joined. */
export type TranslationPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value" }
  | { readonly kind: "flags"; readonly separator: string };

/** How values of the parameter `key` become words for the reader; das2-server 12.5. */
export type ReaderTranslation = {
  /** NN of the keyword. */
  readonly number: number;
  readonly key: string;
} & (
  | { readonly form: "pattern"; readonly parts: readonly TranslationPart[] }
  /** A word for each value; an empty one is none. */
  | { readonly form: "map"; readonly words: ReadonlyMap<string, string> }
);

/** Data (`data_NN`) as they are described to path-style clients; das2-server 12.3. */
export interface PlaneDescription {
  /** NN of the keyword. */
  readonly number: number;
  readonly id: string;
  readonly title?: string;
  readonly units?: string;
}

/** The same for a coordinate (`coord_NN`, `coordRange_NN`, `coordSelect_NN`). */
export interface CoordDescription extends PlaneDescription {
  /** As written, units may stand behind the numbers. */
  readonly range?: { readonly min: string; readonly max: string };
  /** How a part of the range is chosen, in words. */
  readonly select?: string;
}

/** When blocks of a cache are out of date; das2-server 15.8. */
export interface Freshness {
  /** Blocks that were built with another value are stale. */
  readonly dataVersion?: string;
  /** Files that make a block stale when they are newer: an absolute path with wildcards. */
  readonly sourceGlob?: string;
  /** Blocks that end later than this before now, seconds, are open. */
  readonly liveDelaySeconds: number;
  /** For how long an open block is good, seconds. */
  readonly openTtlSeconds: number;
}

/** Somebody to ask; das2-server 12.3 `*Contact`. */
export interface Contact {
  readonly kind: "technical" | "scientific" | "other";
  readonly text: string;
}

/** A form of stream that a reader may write. */
export type StreamForm = "das1" | "das2" | "das3" | "qstream";

/** What the reader writes: a form of stream, or the bytes of a file, whose type the definition tells (`outputType`). */
export type SourceForm =
  | { readonly form: StreamForm; readonly fileType?: undefined }
  | { readonly form: "file"; readonly fileType: FileType };

/** How one source of data is made and described: the typed model of a DSDF file. Source: das2-server 12.3. */
export type DataSource = SourceParts & SourceForm;

interface SourceParts {
  /** Path below the root of definitions, without `.dsdf`, `/` between elements. */
  readonly id: string;
  /** The file it was read from; for the log, never for a client. */
  readonly file: string;
  readonly description: string;
  readonly summary?: string;
  readonly contacts: readonly Contact[];
  /** Missing only for a source that is renamed or lives elsewhere. */
  readonly reader?: CommandTemplate;
  /** The reducing command; missing: the server's default for the form. `false`: not reducible or reduced by its reader. */
  readonly reducer?: CommandTemplate | false;
  /** The reader reduces by itself (`pre_reduced`). */
  readonly preReduced: boolean;
  readonly requiresInterval: boolean;
  readonly validRange?: { readonly begin: Time; readonly end: Time | "now" };
  /** Longest range of a request at full resolution, seconds (`maxRange`); missing: that of the server. */
  readonly maxRangeSeconds?: number;
  readonly examples: readonly Example[];
  readonly test?: { readonly begin: Time; readonly end: Time; readonly interval?: number };
  /** Declared levels, `auto`, or none. */
  readonly cacheLevels: readonly CacheLevel[] | "auto";
  readonly freshness: Freshness;
  /** The program that reads blocks, where it is not the server's. */
  readonly cacheReader?: CommandTemplate;
  /** Rules, any of which lets in; empty: open to all. */
  readonly access: readonly AccessRule[];
  readonly securityRealm?: string;
  readonly rename?: string;
  readonly server?: string;
  readonly hidden: boolean;
  readonly dropParams: boolean;
  /** Whether it has a live stream: new records are given as they come. */
  readonly realTime: boolean;
  /** Writes the records from a time on and goes on with new ones as they come (`liveReader`); missing: the reader is asked again and again. */
  readonly liveReader?: CommandTemplate;
  /** How often its reader is asked for new records, seconds (`livePoll`); missing: as the server says. */
  readonly livePollSeconds?: number;
  readonly hapi: boolean;
  readonly items: readonly { readonly id: string; readonly description?: string }[];
  readonly params: readonly ParamDeclaration[];
  readonly translations: readonly ReaderTranslation[];
  readonly subSources: readonly SubSource[];
  readonly data: readonly PlaneDescription[];
  readonly coords: readonly CoordDescription[];
  /** Whether item 0 is the time, for clients that count it; missing where the definition does not say. */
  readonly implicitTimeItem?: boolean;
  /** The id below which path-style clients find the source, where it is not `id`. */
  readonly localId?: string;
  /** What the records of a das1 reader hold; missing for other forms and where the definition does not say it. */
  readonly das1?: Das1Records;
  /** Characters that a reader parameter may hold besides the usual ones (`readerParamChars`); das2-server 13.3. */
  readonly paramChars?: string;
  /** Every keyword in file order, quotes removed, substitutions of the file applied. */
  readonly keywords: ReadonlyMap<string, string>;
  /** What is wrong with the definition without keeping it from working, for operators. */
  readonly problems?: readonly Remark[];
}
