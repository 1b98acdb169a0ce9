import { DasError } from "../errors/das-error.js";
import type { ByteSource } from "./byte-source.js";
import { CARD_BYTES } from "./card.js";
import { BLOCK_BYTES, Header } from "./header.js";
import { DEFAULT_FITS_LIMITS, type FitsLimits } from "./limits.js";
import { inBlocks, readStructure, type Structure } from "./structure.js";

/** A header-data unit of a file. */
export interface Hdu {
  /** From 0, the primary unit. */
  readonly index: number;
  readonly header: Header;
  readonly structure: Structure;
  /** `EXTNAME`; empty where there is none. */
  readonly name: string;
  readonly headerOffset: number;
  readonly dataOffset: number;
}

/** A FITS file whose headers are known; data are read when they are asked for. */
export interface FitsFile {
  readonly source: ByteSource;
  readonly limits: FitsLimits;
  readonly hdus: readonly Hdu[];
  /** The first byte after the last unit; what follows (special records, fill) is left alone. */
  readonly end: number;
}

/**
 * Reads the headers of a FITS file and where their data stand. The padding of the last unit may be missing.
 *
 * Errors: BAD_FILE for what is not FITS or is cut, BAD_FITS_HEADER for a header that breaks the standard, FITS_TOO_LARGE
 * beyond the limits. Source: FITS 4.0, 3.
 */
export async function openFitsFile(
  source: ByteSource,
  limits: FitsLimits = DEFAULT_FITS_LIMITS,
): Promise<FitsFile> {
  const start = source.byteLength < CARD_BYTES ? "" : ascii(await source.read(0, CARD_BYTES));
  if (!/^SIMPLE {2}= +[TF]/.test(start))
    throw new DasError("BAD_FILE", 'not a FITS file: its first card is not "SIMPLE  = T"');
  const hdus: Hdu[] = [];
  let at = 0;
  while (at < source.byteLength && (hdus.length === 0 || (await beginsExtension(source, at)))) {
    if (hdus.length === limits.maxUnits)
      throw new DasError("FITS_TOO_LARGE", `more than ${limits.maxUnits} header-data units`);
    const hdu = await readHdu(source, at, hdus.length, limits);
    hdus.push(hdu);
    at = Math.min(hdu.dataOffset + inBlocks(hdu.structure.dataBytes), source.byteLength);
  }
  return { source, limits, hdus, end: at };
}

async function beginsExtension(source: ByteSource, at: number): Promise<boolean> {
  return source.byteLength - at >= 9 && ascii(await source.read(at, 9)) === "XTENSION=";
}

async function readHdu(source: ByteSource, at: number, index: number, limits: FitsLimits): Promise<Hdu> {
  const bytes = await readHeaderBytes(source, at, index, limits);
  const header = Header.parse(bytes);
  const structure = readStructure(header, index, limits);
  const dataOffset = at + bytes.length;
  if (dataOffset + structure.dataBytes > source.byteLength)
    throw new DasError(
      "BAD_FILE",
      `the FITS file is cut: unit ${index} declares ${structure.dataBytes} bytes of data, ${source.byteLength - dataOffset} are there`,
    );
  const name = header.get("EXTNAME");
  return {
    index,
    header,
    structure,
    name: name?.kind === "string" ? name.value : "",
    headerOffset: at,
    dataOffset,
  };
}

/** Whole blocks up to the one with END. */
async function readHeaderBytes(
  source: ByteSource,
  at: number,
  unit: number,
  limits: FitsLimits,
): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  for (let blockAt = at; ; blockAt += BLOCK_BYTES) {
    if (blockAt + BLOCK_BYTES > source.byteLength)
      throw new DasError("BAD_FILE", `the FITS file is cut: the header of unit ${unit} has no END card`);
    if (blocks.length * (BLOCK_BYTES / CARD_BYTES) >= limits.maxCards)
      throw new DasError(
        "FITS_TOO_LARGE",
        `the header of unit ${unit} has more than ${limits.maxCards} cards`,
      );
    const block = await source.read(blockAt, BLOCK_BYTES);
    blocks.push(block);
    if (hasEnd(block)) return blocks.length === 1 ? block : Buffer.concat(blocks);
  }
}

function hasEnd(block: Uint8Array): boolean {
  for (let at = 0; at < block.length; at += CARD_BYTES)
    if (block[at] === 0x45 && ascii(block.subarray(at, at + 8)) === "END     ") return true;
  return false;
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
