import { DasError } from "../errors/das-error.js";

/** Bytes that can be read by ranges. */
export interface FitsSource {
  /** For messages, without its folder. */
  readonly name: string;
  readonly size: number;
  /** Fills `into` from `position` on. Errors: BAD_FILE where the source ends before. */
  read(into: Uint8Array, position: number): Promise<void>;
}

/** Where a header-data unit stands in the file. */
export interface HduPlace {
  readonly header: number;
  readonly data: number;
  /** Bytes of data, without the padding to whole blocks. */
  readonly dataBytes: number;
}

const BLOCK = 2880;
const CARD = 80;
/** fitsjs reads no further; headers of the archives here have 20 to 200 cards. */
const MAX_CARDS = 600;
const MAX_HDUS = 1000;
/** 2**53 and beyond would not be exact. */
const MAX_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * Walks over the header-data units of a FITS file without reading its data: an end to every header, sizes that fit the file,
 * whole blocks. fitsjs never returns from a file where one of these is missing, so this comes first.
 *
 * @returns the units, and the byte after the last one; what follows it (special records, fill) is not looked at
 * Errors: BAD_FILE naming card and unit. Source: FITS 4.0, 3.1, 4.4.1.
 */
export async function walkHdus(
  source: FitsSource,
): Promise<{ readonly hdus: HduPlace[]; readonly end: number }> {
  const first = new Uint8Array(Math.min(CARD, source.size));
  await source.read(first, 0);
  if (!/^SIMPLE {2}= +T/.test(ascii(first)))
    throw new DasError("BAD_FILE", `${source.name} is not a FITS file (its first card is not "SIMPLE  = T")`);
  const hdus: HduPlace[] = [];
  let at = 0;
  while (at < source.size) {
    if (hdus.length > 0 && !(await beginsExtension(source, at))) break;
    if (hdus.length === MAX_HDUS) throw bad(source, hdus.length, `has more than ${MAX_HDUS} units`);
    const { cards, end } = await readHeader(source, at, hdus.length);
    const dataBytes = dataLength(source, cards, hdus.length);
    const next = end + Math.ceil(dataBytes / BLOCK) * BLOCK;
    if (next > source.size)
      throw bad(source, hdus.length, `needs ${next} bytes, the file has ${source.size}: it is cut`);
    hdus.push({ header: at, data: end, dataBytes });
    at = next;
  }
  return { hdus, end: at };
}

async function beginsExtension(source: FitsSource, at: number): Promise<boolean> {
  const bytes = new Uint8Array(Math.min(9, source.size - at));
  await source.read(bytes, at);
  return ascii(bytes) === "XTENSION=";
}

async function readHeader(
  source: FitsSource,
  at: number,
  unit: number,
): Promise<{ cards: Map<string, string>; end: number }> {
  const cards = new Map<string, string>();
  const block = new Uint8Array(BLOCK);
  for (let blockAt = at, count = 0; ; blockAt += BLOCK) {
    if (blockAt + BLOCK > source.size) throw bad(source, unit, "has no END card: the file is cut");
    await source.read(block, blockAt);
    const text = ascii(block);
    for (let i = 0; i < BLOCK; i += CARD) {
      const card = text.slice(i, i + CARD);
      if (card.startsWith("END ")) {
        // fitsjs finds END only as the last card that is not blank, and reads cards after it.
        if (text.slice(i + CARD).trim() !== "") throw bad(source, unit, "has cards after END");
        return { cards, end: blockAt + BLOCK };
      }
      if (++count > MAX_CARDS) throw bad(source, unit, `has more than ${MAX_CARDS} cards`);
      if (card.slice(8, 10) === "= ")
        cards.set(card.slice(0, 8).trim(), card.slice(10).split("/", 1)[0]!.trim());
    }
  }
}

/** |BITPIX|/8 * GCOUNT * (PCOUNT + NAXIS1 * ... * NAXISn); 0 without axes. */
function dataLength(source: FitsSource, cards: ReadonlyMap<string, string>, unit: number): number {
  const integer = (key: string, least: number, most: number, otherwise?: number): number => {
    const text = cards.get(key);
    if (text === undefined && otherwise !== undefined) return otherwise;
    const value = text !== undefined && /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw bad(
        source,
        unit,
        `has ${key} = ${text?.slice(0, 30) ?? "(missing)"}, expected an integer from ${least} to ${most}`,
      );
    return value;
  };
  const bitpix = integer("BITPIX", -64, 64);
  if (![8, 16, 32, 64, -32, -64].includes(bitpix)) throw bad(source, unit, `has BITPIX = ${bitpix}`);
  const axes = integer("NAXIS", 0, 999);
  if (axes === 0) return 0;
  let values = 1;
  for (let i = 1; i <= axes; i++) values *= integer(`NAXIS${i}`, 0, MAX_BYTES);
  // fitsjs leaves GCOUNT out; it is 1 in every standard extension.
  integer("GCOUNT", 1, 1, 1);
  const pcount = integer("PCOUNT", 0, MAX_BYTES, 0);
  const bytes = (Math.abs(bitpix) / 8) * (values + pcount);
  // Random groups (NAXIS1 = 0) have a length of their own, and PCOUNT of wider values is counted differently by fitsjs.
  if (cards.get("NAXIS1") === "0" && axes > 1 && cards.get("GROUPS") === "T")
    throw bad(source, unit, "holds random groups");
  if (pcount > 0 && Math.abs(bitpix) !== 8)
    throw bad(source, unit, `has PCOUNT = ${pcount} with BITPIX = ${bitpix}`);
  if (bytes > MAX_BYTES) throw bad(source, unit, "is larger than any file");
  return bytes;
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function bad(source: FitsSource, unit: number, problem: string): DasError {
  return new DasError("BAD_FILE", `${source.name}: unit ${unit} ${problem}`);
}
