import type { ParsedArguments } from "../../netdrms/module/parse-arguments.js";
import { planSelection } from "../../netdrms/query/plan-selection.js";
import { planKeywords } from "../../netdrms/records/plan-records.js";
import { readKeywords } from "../../netdrms/records/read-records.js";
import type { KeywordBatch } from "../../netdrms/records/record-batch.js";
import type { ItemSource, PacketHeader, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane } from "../../stream/packet-header.js";
import type { ProgramContext } from "../../stream/program.js";
import type { TimeRange } from "../../stream/time.js";
import { LE_REAL8 } from "../../stream/value-type.js";
import { openArchive } from "../archive/archive-connection.js";
import { keptRows, type RowSieve, rowSieve } from "../archive/kept-rows.js";
import { qualityCut } from "../archive/quality-cut.js";
import { recordModule } from "../archive/record-arguments.js";
import { queryLine, recordRange } from "../archive/record-range.js";
import { recordProperties, seriesTitle, warningItems } from "../archive/stream-text.js";
import { Pacer } from "../pacer.js";
import { noDataItem, streamItem } from "../stream-parts.js";
import { KEYWORD_ARGUMENTS } from "./keyword-arguments.js";
import { keywordPlane, shownKeywords } from "./keyword-planes.js";
import { RowPackets } from "./row-packets.js";

const NAME = KEYWORD_ARGUMENTS.name;

/** Makes time series of the keywords of a series. */
export const drmsKeywords = recordModule({
  kind: "reader",
  declaration: KEYWORD_ARGUMENTS,
  read: keywordSeries,
});

async function* keywordSeries(
  { values, standard }: ParsedArguments<typeof KEYWORD_ARGUMENTS>,
  range: TimeRange,
  context: ProgramContext,
): ItemSource {
  const archive = await openArchive(NAME, context, standard, false);
  try {
    const { catalog, database } = archive;
    const records = await recordRange(catalog, values, range);
    const { series } = records.query;
    const { shown, leftOut } = await shownKeywords(catalog, series, values, records.time);
    const cut = await qualityCut(catalog, series, values);
    const leading = cut === undefined ? [records.time] : [records.time, cut.keyword];
    const plan = await planKeywords(catalog, planSelection(records.query), {
      keywords: [...leading, ...shown.map(({ keyword }) => keyword)],
      order: records.order,
    });
    const title = values.title ?? seriesTitle(series);
    const header = packetHeader({
      id: 1,
      planes: [xPlane({ name: "time", type: LE_REAL8, units: "us2000" }), ...shown.map(keywordPlane)],
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
        ...plan.warnings,
        ...leftOutLine(leftOut),
      ]),
    ];
    yield* packets(
      readKeywords(database, plan),
      header,
      { sieve: rowSieve(range, cut?.mask ?? 0), leading: leading.length },
      context,
      noDataItem(title, range),
    );
  } finally {
    await archive.close();
  }
}

interface Leading {
  readonly sieve: RowSieve;
  /** Keywords before those that are shown: the time, and the quality where there is one. */
  readonly leading: number;
}

async function* packets(
  batches: AsyncIterable<KeywordBatch>,
  header: PacketHeader,
  { sieve, leading }: Leading,
  context: ProgramContext,
  none: StreamItem,
): ItemSource {
  const pacer = new Pacer(context);
  const rows = new RowPackets(header);
  let any = false;
  for await (const batch of batches) {
    const [time, quality] = batch.keywords;
    const kept = keptRows(sieve, batch.rows, time!, leading === 2 ? quality : undefined);
    for (const made of rows.packets(batch, kept, leading)) {
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
