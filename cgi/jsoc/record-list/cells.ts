import { Wanted } from "../../../netdrms/programs/show-info/column.js";
import type { SessionInfo } from "../../../netdrms/programs/show-info/sessions.js";
import { RECORD_KEYWORDS } from "../../../netdrms/programs/show-info/subject.js";
import type { KeywordBatch, SegmentColumn } from "../../../netdrms/records/record-batch.js";
import { keywordValue } from "../../../netdrms/records/record-batch.js";
import type { Series } from "../../../netdrms/series/model.js";
import { specificationPrinter } from "../../../netdrms/series/record-specification.js";
import type { UnitInfo } from "../../../netdrms/sums/unit-state.js";
import type { FolderFacts } from "./record-folder.js";

/** Some records of one set, and what is known of their surroundings. */
export interface ListedRecords extends KeywordBatch {
  /** Empty where none are asked for. */
  readonly segments: readonly SegmentColumn[];
  /** By SUNUM; empty where nothing asks for them. */
  readonly units: ReadonlyMap<bigint, UnitInfo>;
  /** By the key of a session; empty where nothing asks for them. */
  readonly sessions: ReadonlyMap<string, SessionInfo>;
  /** One a record; empty where nothing asks for them. */
  readonly folders: readonly FolderFacts[];
}

/** One value of one record, as JSON. */
export type Cell = (records: ListedRecords, row: number) => string;

/** The values of a column for all records of a batch, as JSON with commas between them. */
export type Cells = (records: ListedRecords) => string;

/** The cells of a column that is made value by value. */
export function eachRow(cell: Cell): Cells {
  return (records) => {
    const texts = new Array<string>(records.rows);
    for (let row = 0; row < records.rows; row++) texts[row] = cell(records, row);
    return texts.join(",");
  };
}

/** The cells of a column in which all values are the same. */
export function sameText(text: string): Cells {
  return ({ rows }) => new Array<string>(rows).fill(text).join(",");
}

/** What is read of each record for the columns of one set, and what else they need. */
export class Needed extends Wanted {
  readonly series: Series;
  readonly #places = new Map<string, number>();
  /** Storage units; `ofRecords` also those of the records themselves, of which no segment may be listed. */
  units = false;
  ofRecords = false;
  sessions = false;
  folders = false;

  constructor(series: Series) {
    super();
    this.series = series;
  }

  /** The value of a column that every record has. */
  column(name: keyof typeof RECORD_KEYWORDS): (records: KeywordBatch, row: number) => bigint {
    const place = this.#once(name, () => this.keyword(RECORD_KEYWORDS[name]));
    return ({ keywords }, row) => BigInt(keywordValue(keywords[place]!, row) ?? -1n);
  }

  /** The namespace of the session that made a record. */
  sessionNamespace(): (records: KeywordBatch, row: number) => string {
    const place = this.#once("sessionns", () => this.keyword(RECORD_KEYWORDS.sessionns));
    return ({ keywords }, row) => String(keywordValue(keywords[place]!, row) ?? "");
  }

  /** The specification of a record. */
  specification(): (records: KeywordBatch, row: number) => string {
    const keys = this.series.primeKeys.map(({ external }) =>
      this.#once(`key ${external.name}`, () => this.keyword(external)),
    );
    const recnum = keys.length === 0 ? this.column("recnum") : () => -1n;
    const print = specificationPrinter(this.series);
    return (records, row) =>
      print(
        keys.map((key) => keywordValue(records.keywords[key]!, row) ?? ""),
        recnum(records, row),
      );
  }

  /** What is known of the unit of a record. */
  unit(): (records: ListedRecords, row: number) => UnitInfo | undefined {
    this.needUnits();
    const sunum = this.column("sunum");
    return (records, row) => records.units.get(sunum(records, row));
  }

  /** Units of the records themselves. */
  needUnits(): void {
    this.units = true;
    this.ofRecords = true;
  }

  #once(key: string, add: () => number): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = add();
    this.#places.set(key, place);
    return place;
  }
}
