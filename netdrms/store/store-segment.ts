import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { shown } from "../../config/problem.js";
import { DasError, isDasError } from "../../errors/das-error.js";
import type { TileWorkers } from "../../fits/tile-codec.js";
import { isFitsProtocol } from "../segments/open-segment.js";
import type { Segment, SegmentProtocol } from "../series/model.js";
import { checkedFileName, segmentFilePath } from "../sums/unit-path.js";
import { copyTree } from "./copy-tree.js";
import { readImageFacts } from "./image-facts.js";
import type { PlacedFile, SegmentContent } from "./new-record.js";
import { placedImage } from "./placed-image.js";
import { writeImageFile } from "./write-image-file.js";

/** Protocols of which files are made; the others are read only. Source: netdrms 1.7. */
const WRITTEN: ReadonlySet<SegmentProtocol> = new Set(["generic", "fits", "fitz", "bin", "bin.gz"]);

/**
 * Whether content can become the file of a segment, as far as that shows before anything is written.
 *
 * Errors: BAD_PARAMETER for a linked segment, whose file belongs to another record, an image for a segment that is no FITS file, and a name that
 * leads out of its folder; NOT_IMPLEMENTED for protocols that are read only.
 */
export function checkContent(segment: Segment, content: SegmentContent): void {
  const { name, link, protocol } = segment;
  if (link !== undefined)
    throw new DasError("BAD_PARAMETER", `segment ${name} is that of ${link.target} by link ${link.link}`);
  if (!WRITTEN.has(protocol))
    throw new DasError("NOT_IMPLEMENTED", `segment ${name}: files of protocol ${protocol} are not written`);
  if (content.kind === "image") {
    if (!isFitsProtocol(protocol))
      throw new DasError(
        "BAD_PARAMETER",
        `segment ${name}: an image, expected a file of protocol ${protocol}`,
      );
    return;
  }
  const file = fileName(segment, content);
  // The name has to come back from the archive as it is.
  if (!/^[\x20-\x7e\xa0-\xff]*$/.test(file) || file.includes("/"))
    throw new DasError(
      "BAD_PARAMETER",
      `segment ${name}: file name ${shown(file)}, expected Latin-1 without /`,
    );
  checkedFileName(file);
}

/**
 * Makes the file of a segment in its slot: an image is written, a file copied, and then looked at, so that what was checked is what is there.
 *
 * @param folder of the storage unit
 * @param content checked, see {@link checkContent}
 * Errors: BAD_FILE, BAD_FITS_DATA and others of FITS, naming the segment, for a file that is not of its protocol, type or dimensions; DISK_FULL,
 * ARCHIVE_FAILED. A part of the file may be there then. Source: netdrms 1.7, 3.3.
 */
export async function storeSegment(
  folder: string,
  slot: number,
  segment: Segment,
  content: SegmentContent,
  workers?: TileWorkers,
): Promise<PlacedFile> {
  const { name: segmentName, protocol } = segment;
  const name = fileName(segment, content);
  const path = join(folder, segmentFilePath({ segment: segmentName, protocol, slot, file: name }));
  if (content.kind === "image") await writeImageFile(path, segment, content, workers);
  else await copyTree(content.path, path, protocol === "generic");
  try {
    if (isFitsProtocol(protocol)) return placedImage(segment, name, await readImageFacts(path));
    if (protocol !== "generic") await expectBeginning(path, protocol);
    return { name };
  } catch (error) {
    throw ofSegment(segmentName, error);
  }
}

/** Wraps once: what the reading of a file finds does not know whose file it is. */
function ofSegment(name: string, error: unknown): unknown {
  if (!isDasError(error) || error.message.startsWith("segment ")) return error;
  return new DasError(error.code, `segment ${name}: ${error.message}`, error.where, error);
}

function fileName({ name, protocol }: Segment, content: SegmentContent): string {
  if (content.kind === "file" && content.name !== undefined) return content.name;
  if (protocol === "generic") return content.kind === "file" ? basename(content.path) : name;
  return basename(segmentFilePath({ segment: name, protocol, slot: 0, file: "" }));
}

/** First bytes of raw dumps, and of what gzip writes (RFC 1952). Source: netdrms 1.7. */
const BEGINNINGS = { bin: "DRMS RAW", "bin.gz": "\x1f\x8b" } as const;

async function expectBeginning(path: string, protocol: SegmentProtocol): Promise<void> {
  if (protocol !== "bin" && protocol !== "bin.gz") return;
  const expected = BEGINNINGS[protocol];
  const file = await open(path, "r");
  try {
    const found = Buffer.alloc(expected.length);
    await file.read(found, 0, found.length, 0);
    if (found.toString("latin1") !== expected)
      throw new DasError("BAD_FILE", `not a file of protocol ${protocol}`, { path });
  } finally {
    await file.close();
  }
}
