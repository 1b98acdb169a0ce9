import { keywordValue } from "../../records/record-batch.js";
import { specificationPrinter } from "../../series/record-specification.js";
import {
  archiveColumn,
  onlineColumn,
  retainColumn,
  sizeColumn,
  tapeColumns,
} from "../../sums/unit-columns.js";
import type { UnitInfo } from "../../sums/unit-state.js";
import type { Column, ShownRecord, Wanted } from "./column.js";
import type { ShowInfoValues } from "./declaration.js";
import { type SessionInfo, sessionKey } from "./sessions.js";
import { RECORD_KEYWORDS, type Subject } from "./subject.js";

/** What is known of a record that is shown, whatever is shown of it. */
export interface RecordFacts {
  /** `false` where the link that is followed leads to no record. */
  isThere(record: ShownRecord): boolean;
  recnum(record: ShownRecord): bigint;
  /** Negative where there is none. */
  sunum(record: ShownRecord): bigint;
  slot(record: ShownRecord): number;
  /** Key of its session in {@link ShownRecord.sessions}. */
  session(record: ShownRecord): string;
  specification(record: ShownRecord): string;
}

/** Reads the columns that every record has, and the prime keys. */
export function recordFacts(subject: Subject, wanted: Wanted): RecordFacts {
  const place = (name: keyof typeof RECORD_KEYWORDS) =>
    wanted.keyword(subject.keyword(RECORD_KEYWORDS[name]));
  const [recnum, sunum, slot] = [place("recnum"), place("sunum"), place("slotnum")];
  const [id, namespace] = [place("sessionid"), place("sessionns")];
  const keys = subject.series.primeKeys.map(({ external }) => wanted.keyword(subject.keyword(external)));
  const print = specificationPrinter(subject.series);
  const value = ({ batch, row }: ShownRecord, at: number) => keywordValue(batch.keywords[at]!, row);
  const whole = (record: ShownRecord, at: number) => BigInt(value(record, at) ?? -1n);
  return {
    isThere: (record) => value(record, recnum) !== undefined,
    recnum: (record) => whole(record, recnum),
    sunum: (record) => whole(record, sunum),
    slot: (record) => Number(value(record, slot) ?? -1),
    session: (record) => sessionKey(String(value(record, namespace) ?? ""), whole(record, id)),
    specification: (record) =>
      print(
        keys.map((key) => value(record, key) ?? ""),
        whole(record, recnum),
      ),
  };
}

/** Columns of the record as a whole, in the order of netdrms 6. */
export function recordColumns(values: ShowInfoValues, facts: RecordFacts): readonly Column[] {
  const unit = (record: ShownRecord): UnitInfo | undefined => record.units.get(facts.sunum(record));
  const text = (title: string, cell: (record: ShownRecord) => string, label = title): Column => ({
    title,
    label: `## ${label}`,
    type: "string",
    format: "%s",
    cell,
  });
  const whole = (title: string, cell: (record: ShownRecord) => string): Column => ({
    ...text(title, cell),
    type: "longlong",
    format: "%lld",
  });
  return [
    ...(values.r ? [whole("recnum", (record) => String(facts.recnum(record)))] : []),
    ...(values.S ? [whole("sunum", (record) => String(facts.sunum(record)))] : []),
    // With -k the specification is the line before.
    ...(values.i && !values.k ? [text("query", facts.specification)] : []),
    ...(values.o ? [text("online", (record) => onlineColumn(unit(record)))] : []),
    ...(values.R ? [text("retain", (record) => retainColumn(unit(record)))] : []),
    ...(values.x ? [text("archive", (record) => archiveColumn(unit(record)))] : []),
    ...(values.T
      ? [
          text("tapename", (record) => tapeColumns(unit(record))[0]),
          text("filenum", (record) => tapeColumns(unit(record))[1], "tapeinfo"),
        ]
      : []),
    ...(values.z ? [whole("size", (record) => sizeColumn(unit(record)))] : []),
    ...(values.I ? sessionColumns(facts, text, whole) : []),
  ];
}

type MakeColumn = (title: string, cell: (record: ShownRecord) => string) => Column;

function sessionColumns(facts: RecordFacts, text: MakeColumn, whole: MakeColumn): readonly Column[] {
  const of = (field: keyof SessionInfo) => (record: ShownRecord) =>
    record.sessions.get(facts.session(record))?.[field] || "NA";
  return [
    text("host", of("host")),
    whole("sessionid", of("id")),
    text("runtime", of("started")),
    text("jsoc_version", of("software")),
    text("logdirectory", of("logFolder")),
  ];
}
