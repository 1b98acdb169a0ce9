import { DasError } from "../../errors/das-error.js";
import type { ParsedArguments } from "../../netdrms/module/parse-arguments.js";
import { planSelection } from "../../netdrms/query/plan-selection.js";
import { planRecords } from "../../netdrms/records/plan-records.js";
import { readRecords } from "../../netdrms/records/read-records.js";
import type { RecordBatch } from "../../netdrms/records/record-batch.js";
import { sunKeywords } from "../../netdrms/records/sun-keywords.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import type { ProgramContext } from "../../stream/program.js";
import type { TimeRange } from "../../stream/time.js";
import { openArchive } from "../archive/archive-connection.js";
import { keptRows, type RowSieve, rowSieve } from "../archive/kept-rows.js";
import { qualityCut } from "../archive/quality-cut.js";
import { recordModule } from "../archive/record-arguments.js";
import { queryLine, recordRange } from "../archive/record-range.js";
import { recordProperties, warningItems } from "../archive/stream-text.js";
import { noDataItem, streamItem, warningItem } from "../stream-parts.js";
import { imageProduct, pixelTreatment, shownRange } from "./asked-product.js";
import { IMAGE_ARGUMENTS, PRODUCTS_TEXT } from "./image-arguments.js";
import { dependsOnShape, formKey, imagePlanes, isTable, productTitle } from "./image-layout.js";
import { ImagePackets } from "./image-packets.js";
import { imageWorkers } from "./image-pool.js";
import { type ImageProduct, needsSun } from "./image-product.js";
import { declaredShape, imageSegment, pixelText } from "./image-segment.js";
import { noSunKeywords } from "./no-sun-keywords.js";
import { RecordColumns } from "./record-columns.js";
import { type ImageReading, recordImages } from "./record-images.js";
import type { ImageNumbers } from "./reduce-image.js";
import type { ImageShape } from "./reduction.js";

const NAME = IMAGE_ARGUMENTS.name;

/** Makes spectrograms and time series of the images of a series. */
export const drmsImage = recordModule({
  kind: "reader",
  declaration: IMAGE_ARGUMENTS,
  more: PRODUCTS_TEXT,
  check: checkArguments,
  read: readImages,
});

type Arguments = ParsedArguments<typeof IMAGE_ARGUMENTS>;

function checkArguments(values: Arguments["values"], origins: Arguments["origins"]): void {
  pixelTreatment(values, imageProduct(values, origins), origins);
  shownRange(values, origins);
}

async function* readImages(
  { values, standard, origins }: Arguments,
  range: TimeRange,
  context: ProgramContext,
): ItemSource {
  const product = imageProduct(values, origins);
  const treatment = pixelTreatment(values, product, origins);
  const archive = await openArchive(NAME, context, standard, true);
  try {
    const { catalog } = archive;
    const records = await recordRange(catalog, values, range);
    const { query, time } = records;
    const { series } = query;
    const segment = await imageSegment(catalog, query, values.segment);
    const text = pixelText(segment, shownRange(values, origins));
    const sun = sunKeywords(series);
    if (sun === undefined && needsSun(product, treatment)) throw noSunKeywords(series, product);
    const usesSun = needsSun(product, treatment) || product.kind === "power" ? sun : undefined;
    const cut = await qualityCut(catalog, series, values);
    const columns = new RecordColumns(series, time, cut?.keyword, usesSun);
    const plan = await planRecords(catalog, planSelection(query), {
      keywords: columns.keywords,
      segments: [segment.segment],
      order: records.order,
    });
    const packets = new ImagePackets({
      key: (shape) => formKey(product, shape),
      planes: (shape) => imagePlanes(product, treatment, text, shape),
    });
    const title = values.title ?? `${productTitle(product.kind, text.label)} (${series.name})`;
    if (standard.V) context.log(`${NAME}: ${queryLine(records, range)}`);
    const warnings = [...query.warnings.map(({ message }) => message), ...plan.warnings];
    yield [
      streamItem(
        {
          sourceId: NAME,
          title,
          summary: series.description,
          tagWidthSeconds: 1.5 * records.cadenceSeconds,
          ...(isTable(product) ? { renderer: "spectrogram" } : {}),
          more: recordProperties(records),
        },
        range,
      ),
      ...definition(packets, product, declaredShape(segment)),
      ...warningItems(NAME, warnings),
    ];
    const reading = {
      product,
      treatment,
      units: await archive.units(),
      workers: imageWorkers(values.threads),
      signal: context.signal,
    };
    const answer = { columns, sieve: rowSieve(range, cut?.mask ?? 0), packets };
    let any = false;
    for await (const items of images(readRecords(archive.database, plan), answer, reading)) {
      any ||= items.some(({ kind }) => kind === "data");
      yield items;
    }
    if (!any) yield [noDataItem(title, range)];
  } finally {
    await archive.close();
  }
}

/** What an answer is made with. */
interface Answer {
  readonly columns: RecordColumns;
  readonly sieve: RowSieve;
  readonly packets: ImagePackets;
}

/** A packet for each record; a record whose image cannot be read is told of, and has a packet of fill. */
async function* images(
  batches: AsyncIterable<RecordBatch>,
  { columns, sieve, packets }: Answer,
  reading: ImageReading,
): ItemSource {
  for await (const batch of batches) {
    const kept = keptRows(sieve, batch.rows, columns.time(batch), columns.quality(batch));
    const frames = columns.frames(batch, reading.product);
    for await (const image of recordImages(batch, kept, frames, reading)) {
      const failed = (error: DasError): readonly StreamItem[] => {
        if (error.code === "INTERNAL") reading.units.log(`${NAME}: ${String(error.where.detail)}`);
        const record = columns.specification(batch, image.row);
        return [warningItem(NAME, `${record}: ${error.message}`), ...packets.fill(image.us2000)];
      };
      if (image.kind === "failed") yield failed(image.error);
      else yield packetOf(packets, image, failed);
    }
  }
}

function packetOf(
  packets: ImagePackets,
  { numbers, us2000 }: { readonly numbers: ImageNumbers; readonly us2000: number },
  failed: (error: DasError) => readonly StreamItem[],
): readonly StreamItem[] {
  try {
    return packets.packet(numbers, us2000);
  } catch (error) {
    if (error instanceof DasError) return failed(error);
    throw error;
  }
}

/** What defines the packets before the first image, where that is known. */
function definition(
  packets: ImagePackets,
  product: ImageProduct,
  shape: ImageShape | undefined,
): readonly StreamItem[] {
  if (shape !== undefined && product.kind === "power" && Math.min(...shape) < 4) return [];
  return shape === undefined && dependsOnShape(product) ? [] : packets.define(shape ?? [1, 1]);
}
