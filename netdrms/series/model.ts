import type { DrmsType } from "../values/drms-type.js";

/** What a keyword is to its series; netdrms 1.4. A linked keyword has the class `variable` and a `link`. */
export type KeywordClass = "variable" | "constant" | "index" | "ts_eq" | "slot" | "enum" | "carr" | "ts_slot";

/** Where a linked keyword or segment gets its value: the member `target` of the record that link `link` leads to. */
export interface LinkedMember {
  /** Name of a link of the same series. */
  readonly link: string;
  /** Name of the keyword or segment in the target series. */
  readonly target: string;
}

/** One keyword of a series; each `_NNN` of a per-segment keyword is one. netdrms 1.4, 1.5, 2.3. */
export interface Keyword {
  /** Original spelling, with the suffix `_NNN` of a per-segment keyword. */
  readonly name: string;
  /** The spelling of the master row: `name` without the suffix of a per-segment keyword. */
  readonly baseName: string;
  /** Number of the segment of a per-segment keyword. */
  readonly segment?: number;
  /** Of a linked keyword: the type in the master row, which says little, or `string`; the target's counts. */
  readonly type: DrmsType;
  readonly class: KeywordClass;
  /** As stored: the value of a constant keyword, and what SQL NULL stands for in the others. */
  readonly defaultText: string;
  /** As stored, may be empty; netdrms 1.10. */
  readonly format: string;
  /** As stored, may be empty; of a time keyword the zone. */
  readonly unit: string;
  readonly description: string;
  /** Made by the system: neither exported nor listed. */
  readonly implicit: boolean;
  /** 1-based order of the series; keywords of a {@link Series} stand in it. */
  readonly rank: number;
  readonly link?: LinkedMember;
  /** Name of the column, lower case; a constant or linked keyword has none. */
  readonly column?: string;
}

/** One prime key: what users write and what SQL compares; netdrms 1.6. */
export interface PrimeKey {
  /** The keyword that users see, `T_REC`. */
  readonly external: Keyword;
  /** The keyword whose column is in the key: `T_REC_index` of a slotted keyword, else `external` itself. */
  readonly internal: Keyword;
}

/** How a segment's files come about; netdrms 1.7. */
export type SegmentScope = "constant" | "variable" | "vardim";

/** How a segment is stored; netdrms 1.7. */
export type SegmentProtocol =
  | "generic"
  | "fits"
  | "fitz"
  | "tas"
  | "bin"
  | "bin.gz"
  | "fitsdep"
  | "fitzdep"
  | "msi"
  | "dsds"
  | "local";

/**
 * One segment of a series; netdrms 1.7, 2.3. Where the master row of a linked one says nothing, it is `variable`, `raw` and
 * `generic`; the target's counts.
 */
export interface Segment {
  readonly name: string;
  /** From 0. */
  readonly number: number;
  readonly scope: SegmentScope;
  readonly type: DrmsType | "raw";
  /** Lengths, fastest first; 0 where every record has its own (`vardim`) or none is declared. */
  readonly axes: readonly number[];
  readonly unit: string;
  readonly protocol: SegmentProtocol;
  readonly description: string;
  readonly link?: LinkedMember;
  /** The record that owns the file of a constant segment; 0 where none does yet. */
  readonly constantRecnum: bigint;
  /** `sg_NNN_file`. */
  readonly fileColumn: string;
  /** `sg_NNN_axisMMM`, one an axis; empty but for `vardim`. */
  readonly axisColumns: readonly string[];
  /** Default of `cparms_sgNNN`: a bracket body such as `compress Rice`; empty for none. */
  readonly compression: string;
  /** Defaults of `<segment>_bzero` and `_bscale`. */
  readonly bzero: number;
  readonly bscale: number;
}

/** One link of a series; netdrms 1.8, 2.4. */
export type Link = {
  readonly name: string;
  /** Original spelling, `ns.table`. */
  readonly targetSeries: string;
  readonly description: string;
} & (
  | {
      readonly kind: "static";
      /** `ln_<link>`: recnum of the target; -1 or NULL where it is not set. */
      readonly column: string;
    }
  | {
      readonly kind: "dynamic";
      /** `ln_<link>_isset`. */
      readonly setColumn: string;
      /**
       * The internal prime keys of the target, in order; `column` is `ln_<link>_<key>`, `target` the column there. Empty where
       * the target has none: then there is no `setColumn` either, and the link leads nowhere.
       */
      readonly keys: readonly { readonly column: string; readonly target: string; readonly type: DrmsType }[];
    }
);

/** A series as the master tables describe it; netdrms 1.1, 2.3, 2.10. */
export interface Series {
  /** Original spelling, `ns.table`. */
  readonly name: string;
  /** Name of the PostgreSQL schema, lower case. */
  readonly namespace: string;
  /** Name of the table in it, lower case. */
  readonly table: string;
  readonly author: string;
  readonly owner: string;
  /** Records (slots) a storage unit holds. */
  readonly unitSize: number;
  /** -1 never, and the records go with the storage unit; 0 no; 1 yes. */
  readonly archive: -1 | 0 | 1;
  /** Days a new storage unit is kept. */
  readonly retentionDays: number;
  /** Days a storage unit is kept after it was brought back; 0 for the default of the site. */
  readonly stagingRetentionDays: number;
  readonly tapeGroup: number;
  /** As stored: a local timestamp of whole seconds. */
  readonly created: string;
  readonly description: string;
  /** `2.1` today; empty for the oldest. */
  readonly version: string;
  /** In the order of the key. */
  readonly primeKeys: readonly PrimeKey[];
  /** The keywords of the `DBIndex` line, internal names; empty where the prime keys have one index. */
  readonly dbIndex: readonly string[];
  /** By rank; implicit ones too. */
  readonly keywords: readonly Keyword[];
  /** By number. */
  readonly segments: readonly Segment[];
  readonly links: readonly Link[];
  /** Whether `<table>_shadow` holds the latest record of each prime-key value. */
  readonly hasShadow: boolean;
}

/** The member of that name, in any case of letters; netdrms 1.2. */
export function findNamed<T extends { readonly name: string }>(
  members: readonly T[],
  name: string,
): T | undefined {
  const wanted = name.toLowerCase();
  return members.find((member) => member.name.toLowerCase() === wanted);
}
