import type { Time } from "../stream/time.js";
import type { CommandTemplate } from "./command.js";
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
}

/** One declared cache level; das2-server 15.1. */
export interface CacheLevel {
  /** NN of the keyword. */
  readonly number: number;
  /** Bin width in seconds; 0 is intrinsic. */
  readonly seconds: number;
  readonly period: "persecond" | "perminute" | "hourly" | "daily" | "monthly" | "yearly";
  /** Reader parameters as given to the reader. */
  readonly params: string;
}

/** A declared reader parameter; das2-server 12.4. */
export type ParamDeclaration =
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

/** Somebody to ask; das2-server 12.3 `*Contact`. */
export interface Contact {
  readonly kind: "technical" | "scientific" | "other";
  readonly text: string;
}

/** How one source of data is made and described: the typed model of a DSDF file. Source: das2-server 12.3. */
export interface DataSource {
  /** Path below the root of definitions, without `.dsdf`, `/` between elements. */
  readonly id: string;
  /** The file it was read from; for the log, never for a client. */
  readonly file: string;
  readonly description: string;
  readonly summary?: string;
  readonly contacts: readonly Contact[];
  /** What the reader writes. */
  readonly form: "das1" | "das2" | "das3" | "qstream";
  /** Missing only for a source that is renamed or lives elsewhere. */
  readonly reader?: CommandTemplate;
  /** The reducing command; missing: the server's default for the form. `false`: not reducible or reduced by its reader. */
  readonly reducer?: CommandTemplate | false;
  /** The reader reduces by itself (`pre_reduced`). */
  readonly preReduced: boolean;
  readonly requiresInterval: boolean;
  readonly validRange?: { readonly begin: Time; readonly end: Time | "now" };
  readonly examples: readonly Example[];
  readonly test?: { readonly begin: Time; readonly end: Time; readonly interval?: number };
  /** Declared levels, `auto`, or none. */
  readonly cacheLevels: readonly CacheLevel[] | "auto";
  /** Rules, any of which lets in; empty: open to all. */
  readonly access: readonly AccessRule[];
  readonly securityRealm?: string;
  readonly rename?: string;
  readonly server?: string;
  readonly hidden: boolean;
  readonly dropParams: boolean;
  readonly realTime: boolean;
  readonly hapi: boolean;
  readonly items: readonly { readonly id: string; readonly description?: string }[];
  readonly params: readonly ParamDeclaration[];
  /** Characters that a reader parameter may hold besides the usual ones (`readerParamChars`); das2-server 13.3. */
  readonly paramChars?: string;
  /** Every keyword in file order, quotes removed, substitutions of the file applied. */
  readonly keywords: ReadonlyMap<string, string>;
  /** What is wrong with the definition without keeping it from working, for operators. */
  readonly problems?: readonly Remark[];
}
