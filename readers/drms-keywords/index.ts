import type { ParsedArguments } from "../../netdrms/module/parse-arguments.js";
import { planSelection, type Selection } from "../../netdrms/query/plan-selection.js";
import { planKeywords, planRecords } from "../../netdrms/records/plan-records.js";
import { readKeywords, readRecords } from "../../netdrms/records/read-records.js";
import type { KeywordBatch, RecordBatch } from "../../netdrms/records/record-batch.js";
import type { Keyword, Segment } from "../../netdrms/series/model.js";
import type { ItemSource, PacketHeader, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane } from "../../stream/packet-header.js";
import type { ProgramContext } from "../../stream/program.js";
import type { TimeRange } from "../../stream/time.js";
import { LE_REAL8 } from "../../stream/value-type.js";
import { openArchive, type ReaderArchive } from "../archive/archive-connection.js";
import { ofDefinition, requestedCompression } from "../archive/file-form.js";
import { type KeptRows, keptRows, type RowSieve, rowSieve } from "../archive/kept-rows.js";
import { qualityCut } from "../archive/quality-cut.js";
import { recordModule } from "../archive/record-arguments.js";
import { queryLine, recordRange } from "../archive/record-range.js";
import { recordProperties, seriesTitle, warningItems } from "../archive/stream-text.js";
import { Pacer } from "../pacer.js";
import { noDataItem, streamItem } from "../stream-parts.js";
import { FileSums, sumPlane } from "./file-sums.js";
import { KEYWORD_ARGUMENTS, SUMS } from "./keyword-arguments.js";
import { keywordPlane, shownKeywords } from "./keyword-planes.js";
import { RowPackets } from "./row-packets.js";

const NAME = KEYWORD_ARGUMENTS.name;

/** Makes time series of the keywords of a series. */
export const drmsKeywords = recordModule({
  kind: "reader",
  declaration: KEYWORD_ARGUMENTS,
  check: (values) => ofDefinition(() => requestedCompression(values)),
  read: keywordSeries,
});

async function* keywordSeries(
  { values, standard }: ParsedArguments<typeof KEYWORD_ARGUMENTS>,
  range: TimeRange,
  context: ProgramContext,
): ItemSource {
  const sums = SUMS[values.sums]!; // by the declaration
  const archive = await openArchive(NAME, context, standard, sums === "made");
  try {
    const { catalog } = archive;
    const records = await recordRange(catalog, values, range);
    const { series } = records.query;
    const { shown, leftOut } = await shownKeywords(catalog, series, values, records.time);
    const cut = await qualityCut(catalog, series, values);
    const leading = cut === undefined ? [records.time] : [records.time, cut.keyword];
    const selection = planSelection(records.query);
    const keywords = [...leading, ...shown.map(({ keyword }) => keyword)];
    const read =
      sums === "none"
        ? await keywordRows(archive, selection, { keywords, order: records.order })
        : await fileRows(archive, selection, {
            keywords,
            order: records.order,
            segments: records.query.segments ?? series.segments,
            sums: new FileSums({
              series,
              values,
              license: archive.settings.drmsLicense,
              mostBytes: archive.settings.drmsDownloadLimit,
              ...(sums === "made" ? { units: await archive.units() } : {}),
              context,
            }),
          });
    const title = values.title ?? seriesTitle(series);
    const header = packetHeader({
      id: 1,
      planes: [
        xPlane({ name: "time", type: LE_REAL8, units: "us2000" }),
        ...shown.map(keywordPlane),
        ...(sums === "none" ? [] : [sumPlane()]),
      ],
    });
    if (standard.V) context.log(`${NAME}: ${queryLine(records, range)}`);
    yield [
      streamItem(
        {
          sourceId: NAME,
          title,
          summary: series.description,
          tagWidthSeconds: 1.5 * records.cadenceSeconds,
          more: recordProperties(records),
        },
        range,
      ),
      { kind: "packet", header },
      ...warningItems(NAME, [
        ...records.query.warnings.map(({ message }) => message),
        ...read.warnings,
        ...leftOutLine(leftOut),
      ]),
    ];
    yield* packets(
      read.batches,
      header,
      { sieve: rowSieve(range, cut?.mask ?? 0), leading: leading.length },
      context,
      noDataItem(title, range),
    );
  } finally {
    await archive.close();
  }
}

/** Rows, and the checksums of their files where these are wanted. */
interface Rows {
  readonly batch: KeywordBatch;
  readonly sums?: (kept: KeptRows) => Promise<readonly string[]>;
}

interface RowsRead {
  readonly batches: AsyncIterable<Rows>;
  readonly warnings: readonly string[];
}

interface WantedRows {
  readonly keywords: readonly Keyword[];
  readonly order: readonly Keyword[];
}

async function keywordRows(
  { catalog, database }: ReaderArchive,
  selection: Selection,
  wanted: WantedRows,
): Promise<RowsRead> {
  const plan = await planKeywords(catalog, selection, wanted);
  const batches = (async function* () {
    for await (const batch of readKeywords(database, plan)) yield { batch };
  })();
  return { batches, warnings: plan.warnings };
}

/** The same with all that files are made of behind the keywords that are wanted. */
async function fileRows(
  { catalog, database }: ReaderArchive,
  selection: Selection,
  {
    keywords,
    order,
    segments,
    sums,
  }: WantedRows & { readonly segments: readonly Segment[]; readonly sums: FileSums },
): Promise<RowsRead> {
  const exported = selection.series.keywords.filter(({ implicit }) => !implicit);
  const plan = await planRecords(catalog, selection, {
    keywords: [...keywords, ...exported],
    order,
    segments,
  });
  const batches = (async function* () {
    for await (const batch of readRecords(database, plan)) {
      const files: RecordBatch = { ...batch, keywords: batch.keywords.slice(keywords.length) };
      yield { batch, sums: ({ rows, count }: KeptRows) => sums.of(files, rows.subarray(0, count)) };
    }
  })();
  return { batches, warnings: plan.warnings };
}

interface Leading {
  readonly sieve: RowSieve;
  /** Keywords before those that are shown: the time, and the quality where there is one. */
  readonly leading: number;
}

async function* packets(
  batches: AsyncIterable<Rows>,
  header: PacketHeader,
  { sieve, leading }: Leading,
  context: ProgramContext,
  none: StreamItem,
): ItemSource {
  const pacer = new Pacer(context);
  const rows = new RowPackets(header);
  let any = false;
  for await (const { batch, sums } of batches) {
    const [time, quality] = batch.keywords;
    const kept = keptRows(sieve, batch.rows, time!, leading === 2 ? quality : undefined);
    for (const made of rows.packets(batch, kept, leading, await sums?.(kept))) {
      any = true;
      yield [{ kind: "data", batch: made }];
      await pacer.turn();
    }
  }
  if (!any) yield [none];
}

function leftOutLine(leftOut: number): readonly string[] {
  return leftOut === 0 ? [] : [`${leftOut} more keywords are not shown; name those that are wanted`];
}
