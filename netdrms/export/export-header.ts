import { headerSum } from "../../fits/hdu-sums.js";
import type { Header } from "../../fits/header.js";
import { emptyPrimary } from "../../fits/image-header.js";
import { commentaryCards } from "../../fits/print-card.js";
import type { ExportCard } from "./keyword-cards.js";

/** What the exporter itself says of a record. Source: export A7. */
export interface ExporterCards {
  readonly recnum: bigint;
  /** `<series>:<recnum>:<segment>`. */
  readonly drmsId: string;
  /** The external prime keys. */
  readonly primeKeys: readonly string[];
  readonly license: string;
}

/**
 * Completes the header of an image with the cards of its record, in place where a card of the name is there and at the end where not,
 * and then with those of the exporter. `CHECKSUM` and `DATASUM` are left to whoever writes the unit.
 *
 * @param header of the image's own cards; it is changed
 * Source: export A4, A7.
 */
export function completeHeader(header: Header, cards: readonly ExportCard[], exporter: ExporterCards): void {
  const own: readonly ExportCard[] = [
    { kind: "value", name: "RECNUM", value: { kind: "integer", value: exporter.recnum }, comment: "Recnum" },
    text("DRMS_ID", exporter.drmsId, "DRMS ID"),
    text("PRIMARYK", exporter.primeKeys.join(", "), "DRMS primary key"),
    text("LICENSE", exporter.license, exporter.license),
  ];
  // What HEADSUM is the sum of: a header of the exported cards alone.
  const alone = emptyPrimary().remove("EXTEND");
  putCards(alone, [...cards, ...own]);
  putCards(header, [...cards, ...own]);
  header.set("HEADSUM", headerSum(alone), "Keyword checksum");
  header.set("LONGSTRN", "OGIP 1.0", "The OGIP long string convention may be used");
}

function text(name: string, value: string, comment: string): ExportCard {
  return { kind: "value", name, value: { kind: "string", value }, comment };
}

function putCards(header: Header, cards: readonly ExportCard[]): void {
  for (const card of cards)
    if (card.kind === "value") header.set(card.name, card.value, card.comment);
    else {
      const lines = commentaryCards(card.name, card.text);
      // A file that was exported and stored again has the lines already.
      const stored = new Set(header.commentary(card.name));
      if (!lines.every((line) => stored.has(line.text))) header.insert(lines);
    }
}
