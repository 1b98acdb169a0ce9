import { type KeywordColumn, keywordValue, type RecordBatch } from "../../netdrms/records/record-batch.js";
import { FrameReader, type SunKeywords } from "../../netdrms/records/sun-keywords.js";
import type { Keyword, Series } from "../../netdrms/series/model.js";
import {
  type SpecificationPrinter,
  specificationPrinter,
} from "../../netdrms/series/record-specification.js";
import { missingValue } from "../../netdrms/values/drms-type.js";
import type { ImageProduct } from "./image-product.js";

/** The keywords that are read of each record, and what is made of them. */
export class RecordColumns {
  /** To be asked for in this order. */
  readonly keywords: readonly Keyword[];
  readonly #series: Series;
  readonly #print: SpecificationPrinter;
  readonly #hasQuality: boolean;
  readonly #sun: SunKeywords | undefined;

  /** @param sun absent where it does not matter how the Sun lies in the image */
  constructor(series: Series, time: Keyword, quality: Keyword | undefined, sun: SunKeywords | undefined) {
    this.#series = series;
    this.#print = specificationPrinter(series);
    this.#hasQuality = quality !== undefined;
    this.#sun = sun;
    this.keywords = [
      time,
      ...(quality === undefined ? [] : [quality]),
      ...series.primeKeys.map(({ external }) => external),
      ...(sun?.values() ?? []),
    ];
  }

  time({ keywords }: RecordBatch): KeywordColumn {
    return keywords[0]!;
  }

  quality({ keywords }: RecordBatch): KeywordColumn | undefined {
    return this.#hasQuality ? keywords[1] : undefined;
  }

  /** How the Sun lies in the images of a batch; absent where that does not matter. */
  frames(batch: RecordBatch, product: ImageProduct): FrameReader | undefined {
    if (this.#sun === undefined) return undefined;
    const columns = batch.keywords.slice(-this.#sun.size);
    return new FrameReader(this.#sun, columns, this.time(batch), {
      latitude: product.kind === "zonal" || product.kind === "meridional",
      longitude: product.kind === "meridional" && product.carrington,
    });
  }

  /** The record specification. Source: netdrms 1.9. */
  specification(batch: RecordBatch, row: number): string {
    const first = this.#hasQuality ? 2 : 1;
    const values = this.#series.primeKeys.map(
      ({ external }, n) => keywordValue(batch.keywords[first + n]!, row) ?? missingValue(external.type),
    );
    return this.#print(values, batch.recnum[row]!);
  }
}
