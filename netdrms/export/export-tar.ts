import { createHash } from "node:crypto";
import { pack as newPack, type Pack } from "tar-stream";
import { asDasError, DasError } from "../../errors/das-error.js";
import { isBeyondBound } from "./bounded-sink.js";
import { EntrySpool } from "./entry-spool.js";
import type { ExportItem } from "./export-records.js";
import type { ExportProvenance } from "./result-list.js";
import { type SpooledFile, spool } from "./spool.js";

/** How a tar stream of exported files is made. */
export interface TarOptions {
  /** Bytes of files after which nothing is added any more. */
  readonly maxBytes: number;
  /** Time of all members, Unix ms. */
  readonly nowMs: number;
  readonly signal?: AbortSignal;
  /** Stands in the list of files. */
  readonly provenance?: ExportProvenance;
  /** A file that the caller wants to find again, `acknowledgement.txt`. */
  readonly acknowledgement?: Uint8Array;
}

/** What came of an export, told when its last byte has been made. */
export interface ExportTally {
  files: number;
  failures: number;
  bytes: number;
  /** Whether the limit of bytes ended it. */
  cut: boolean;
}

/** Members stand below this folder. Source: export part C. */
const FOLDER = "jsoc/";
const MODE = 0o664;

interface SentFile {
  readonly record: string;
  readonly recnum: number;
  readonly filename: string;
  readonly size: number;
  readonly sha256: string;
}

/** Why there is no file, or what is to be known of one. */
interface Message {
  readonly record: string;
  readonly file: string | null;
  readonly message: string;
}

/**
 * A POSIX tar of exported files as they come, one at a time, with two members at its end: `file_list.json`, which names every
 * file with its size and SHA-256, and `error_list.json`, which names every record that failed and why, with notes on files that did not. A failure of one record does not stop the
 * stream; a file that breaks off after its first byte does, since its length is told already.
 *
 * @param tally is counted up
 * Errors: those of reading `items` and of a file that cannot be read to its end. Source: export part C.
 */
export async function* exportTar(
  items: AsyncIterable<ExportItem>,
  options: TarOptions,
  tally: ExportTally,
): AsyncGenerator<Uint8Array> {
  const pack = newPack();
  const working = fillTar(pack, items, options, tally);
  // What went wrong reaches the consumer through the stream.
  working.catch((error: unknown) => pack.destroy(asDasError(error, "an export")));
  try {
    for await (const piece of pack) yield piece as Uint8Array; // a readable stream of bytes
    await working;
  } finally {
    pack.destroy();
    await working.catch(() => undefined);
  }
}

async function fillTar(
  pack: Pack,
  items: AsyncIterable<ExportItem>,
  options: TarOptions,
  tally: ExportTally,
): Promise<void> {
  const sent = new EntrySpool<SentFile>();
  const messages = new EntrySpool<Message>();
  try {
    await sendItems(pack, items, options, tally, { sent, messages });
    await endTar(pack, options, tally, { sent, messages });
  } finally {
    await Promise.all([sent.close(), messages.close()]);
  }
}

/** What is told at the end. */
interface Lists {
  readonly sent: EntrySpool<SentFile>;
  readonly messages: EntrySpool<Message>;
}

async function sendItems(
  pack: Pack,
  items: AsyncIterable<ExportItem>,
  options: TarOptions,
  tally: ExportTally,
  { sent, messages }: Lists,
): Promise<void> {
  for await (const item of items) {
    if (options.signal?.aborted) throw nobodyWants();
    const record = item.segment === undefined ? item.record : `${item.record}{${item.segment}}`;
    if (item.kind === "failed") {
      tally.failures++;
      await messages.add({ record, file: item.name ?? null, message: item.message });
      continue;
    }
    for (const message of item.file.notes) await messages.add({ record, file: item.name, message });
    let spooled: SpooledFile;
    try {
      spooled = await spool(item.file, options.maxBytes - tally.bytes);
    } catch (error) {
      tally.cut = isBeyondBound(error);
      const message = `the export ends here: with this file it would have more than ${options.maxBytes} bytes`;
      await messages.add({ record, file: item.name, message: tally.cut ? message : messageOf(error) });
      if (tally.cut) break;
      tally.failures++;
      continue;
    }
    try {
      const sha256 = await addMember(pack, item.name, spooled, options.nowMs);
      await sent.add({
        record,
        recnum: Number(item.recnum),
        filename: item.name,
        size: spooled.byteLength,
        sha256,
      });
      tally.files++;
      tally.bytes += spooled.byteLength;
    } finally {
      await spooled.close();
    }
  }
}

async function endTar(
  pack: Pack,
  options: TarOptions,
  tally: ExportTally,
  { sent, messages }: Lists,
): Promise<void> {
  if (options.acknowledgement !== undefined)
    await addMember(pack, "acknowledgement.txt", inMemory(options.acknowledgement), options.nowMs);
  const shape = { requestid: null, method: "url_direct", protocol: "FITS", dir: null, wait: 0 };
  const status = sent.count === 0 && tally.failures > 0 ? 1 : 0;
  const { provenance } = options;
  const told = provenance === undefined ? {} : { provenance };
  const files = await sent.json({ status, ...shape, count: sent.count, size: tally.bytes, ...told });
  await addMember(pack, "file_list.json", files, options.nowMs);
  const errors = await messages.json({ status, ...shape, count: messages.count });
  await addMember(pack, "error_list.json", errors, options.nowMs);
  pack.finalize();
}

/** Adds a file and gives its SHA-256. */
async function addMember(pack: Pack, name: string, file: SpooledFile, nowMs: number): Promise<string> {
  const hash = createHash("sha256");
  const header = { name: FOLDER + name, size: file.byteLength, mode: MODE, mtime: new Date(nowMs) };
  await new Promise<void>((resolve, reject) => {
    const entry = pack.entry(header, (error) => (error ? reject(error) : resolve()));
    const write = async (): Promise<void> => {
      for await (const piece of file.pieces()) {
        hash.update(piece);
        // The tar keeps what it is given until it is read; the piece is re-used by then.
        const own = Buffer.from(piece);
        // A consumer that has left drains nothing any more.
        if (!entry.write(own)) await drainedOrClosed(entry);
        if (pack.destroyed) throw nobodyWants();
      }
      entry.end(undefined);
    };
    write().catch((error: unknown) => {
      pack.destroy(asDasError(error, "an export"));
      reject(error);
    });
  });
  return hash.digest("hex");
}

function nobodyWants(): DasError {
  return new DasError("CANCELLED", "nobody takes the export any more");
}

function drainedOrClosed(entry: ReturnType<Pack["entry"]>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      entry.off("drain", done);
      entry.off("close", done);
      resolve();
    };
    entry.on("drain", done);
    entry.on("close", done);
  });
}

function inMemory(bytes: Uint8Array): SpooledFile {
  return {
    byteLength: bytes.length,
    async *pieces() {
      yield bytes;
    },
    close: async () => undefined,
  };
}

function messageOf(error: unknown): string {
  return asDasError(error, "the export").message;
}
