import type { ByteSource } from "./byte-source.js";
import { addSums, DataSum, encodeSum, sumOf } from "./checksum.js";
import type { FitsFile, Hdu } from "./fits-file.js";
import type { Header } from "./header.js";
import { readPieces } from "./read-pieces.js";
import { inBlocks } from "./structure.js";

/** What a check of one keyword says. */
export type SumCheck = "right" | "wrong" | "absent";

/** Verifies `DATASUM` and `CHECKSUM` of a unit; reads its data in pieces. */
export async function verifySums(
  file: FitsFile,
  hdu: Hdu,
): Promise<{ readonly datasum: SumCheck; readonly checksum: SumCheck }> {
  const { header, dataOffset } = hdu;
  const end = Math.min(dataOffset + inBlocks(hdu.structure.dataBytes), file.source.byteLength);
  const data = await rangeSum(file.source, dataOffset, end - dataOffset);
  const written = header.get("DATASUM");
  const text = written?.kind === "string" ? written.value.trim() : "";
  const datasum = text === "" ? "absent" : text === String(data) ? "right" : "wrong";
  const sum = header.get("CHECKSUM");
  if (sum?.kind !== "string" || sum.value === "") return { datasum, checksum: "absent" };
  // With a right checksum the whole unit adds up to all ones, which is 0 too.
  const total = addSums(data, sumOf(header.bytes()));
  return { datasum, checksum: total === 0xffffffff || total === 0 ? "right" : "wrong" };
}

/** The sum of a range of a source. */
export async function rangeSum(source: ByteSource, offset: number, length: number): Promise<number> {
  const sum = new DataSum();
  await readPieces(source, offset, length, (piece) => void sum.add(piece));
  return sum.value;
}

const ZEROS = "0".repeat(16);

/**
 * Writes `CHECKSUM` and `DATASUM` into a header, in place where they are, else at its end; comments stay.
 * @param dataSum sum of the data unit with its padding
 */
export function setSums(header: Header, dataSum: number): void {
  // The sum counts the card of CHECKSUM with zeros in it; its real digits are made to cancel out.
  header.set("CHECKSUM", ZEROS, header.card("CHECKSUM")?.comment ?? "HDU checksum");
  header.set("DATASUM", String(dataSum), header.card("DATASUM")?.comment ?? "data unit checksum");
  header.set("CHECKSUM", encodeSum(addSums(sumOf(header.bytes()), dataSum), true));
}

/** Room for both sums, so that writing them later does not lengthen the header. */
export function reserveSums(header: Header): void {
  setSums(header, 0);
}

/** The 16 characters of the sum of a header alone, as `HEADSUM` has it (netdrms-export A7). */
export function headerSum(header: Header): string {
  return encodeSum(sumOf(header.bytes()), true);
}
