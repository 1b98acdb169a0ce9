import { DasError } from "../../errors/das-error.js";
import { HduWriter } from "../../fits/hdu-writer.js";
import { BLOCK_BYTES } from "../../fits/header.js";
import { emptyPrimary } from "../../fits/image-header.js";
import { type ColumnInput, type RowChunk, type TableColumnSpec, writeTable } from "../../fits/write-table.js";
import { type KeywordColumn, keywordValue, type RecordBatch } from "../records/record-batch.js";
import type { Keyword, Series } from "../series/model.js";
import { DRMS_TYPES, type DrmsType, missingValue } from "../values/drms-type.js";
import { cardText } from "./export-text.js";
import { describedKeyword, fitsNames, type NamingChoice, nameTreatment } from "./fits-name.js";
import type { PreparedFile } from "./image-file.js";

/** Bytes of a value in its row; texts stand behind the rows. */
const ROW_BYTES = {
  char: 1,
  short: 2,
  int: 4,
  longlong: 8,
  float: 4,
  double: 8,
  time: 8,
  string: 8,
} as const satisfies Record<DrmsType, number>;
/** Headers of both units without the cards of the columns, and padding. */
const HEADER_BYTES = 4 * BLOCK_BYTES;

/** A keyword that becomes a column, and whose type and unit count. */
export interface TableKeyword {
  readonly keyword: Keyword;
  readonly source: Keyword;
}

/** Source: export A9. */
const MAX_COLUMNS = 1024;
/** Texts of all rows, which stand behind them and are kept until the last row. */
const MAX_TEXT_BYTES = 64 << 20;

/** Forms of the columns. Times are DRMS seconds. Source: export A9. */
const FORMS = {
  char: "1A",
  short: "1I",
  int: "1J",
  longlong: "1K",
  float: "1E",
  double: "1D",
  time: "1D",
  string: "1PA",
} as const satisfies Record<DrmsType, string>;

/** What becomes a table. */
export interface KeywordTable {
  readonly series: Series;
  readonly keywords: readonly TableKeyword[];
  /** Number of the records that `batches` give. */
  readonly rows: number;
  /** The records, with the values of `keywords` in their order. */
  readonly batches: () => AsyncIterable<RecordBatch>;
  readonly naming: NamingChoice;
}

/**
 * The keywords of records as a file with a FITS binary table: a row a record, a column a keyword under its FITS name. Missing
 * integers are the type's missing value, which `TNULL` names; missing reals NaN; times DRMS seconds.
 *
 * Errors: FITS_TOO_LARGE for more than 1024 columns and, while it is written, 64 MiB of text. Source: export A9.
 */
export function keywordTableFile({ series, keywords, rows, batches, naming }: KeywordTable): PreparedFile {
  if (keywords.length > MAX_COLUMNS)
    throw new DasError("FITS_TOO_LARGE", `${keywords.length} keywords, a table has at most ${MAX_COLUMNS}`);
  const rowBytes = keywords.reduce((bytes, { source }) => bytes + ROW_BYTES[source.type], 0);
  return {
    kind: "patched",
    atMostBytes: HEADER_BYTES + keywords.length * 4 * 80 + rows * rowBytes + MAX_TEXT_BYTES,
    notes: [],
    async write(sink) {
      await (await HduWriter.begin(sink, emptyPrimary(), 0)).end();
      const spec = { name: cardText(series.name).text, rows, columns: tableColumns(keywords, naming) };
      await writeTable(sink, spec, chunks(batches()), { checksum: true, maxHeapBytes: MAX_TEXT_BYTES });
    },
  };
}

function tableColumns(keywords: readonly TableKeyword[], naming: NamingChoice): TableColumnSpec[] {
  const taken = new Set<string>();
  return keywords.map(({ keyword, source }, n) => {
    const name =
      fitsNames(describedKeyword(keyword, source), naming).find(
        (one) => !taken.has(one) && nameTreatment(one) !== "structural",
      ) ?? `KEY${n + 1}`;
    taken.add(name);
    const unit = cardText(source.unit).text.trim();
    return {
      name,
      form: FORMS[source.type],
      ...(/^(?:|none)$/i.test(unit) ? {} : { unit }),
      ...nullOf(source.type),
    };
  });
}

/** The value that stands for a missing integer. */
function nullOf(type: DrmsType): { readonly tnull?: number | bigint } {
  if (DRMS_TYPES[type].integerBits < 16) return {};
  const missing = missingValue(type);
  return typeof missing === "string" ? {} : { tnull: missing };
}

async function* chunks(batches: AsyncIterable<RecordBatch>): AsyncGenerator<RowChunk> {
  for await (const batch of batches)
    yield { rows: batch.rows, columns: batch.keywords.map((column) => inputOf(column, batch.rows)) };
}

function inputOf(column: KeywordColumn, rows: number): ColumnInput {
  const { type } = column.source;
  const missing = missingValue(type);
  const values = Array.from({ length: rows }, (_, row) => keywordValue(column, row) ?? missing);
  switch (type) {
    case "string":
      return values.map((value) => cardText(String(value)).text);
    case "char":
      return values.map((value) => cardText(String.fromCharCode(Number(value) & 0xff)).text);
    case "short":
      return Int16Array.from(values, Number);
    case "int":
      return Int32Array.from(values, Number);
    case "longlong":
      return BigInt64Array.from(values, BigInt);
    case "float":
      return Float32Array.from(values, Number);
    case "double":
    case "time":
      return Float64Array.from(values, Number);
    default:
      return type satisfies never;
  }
}
