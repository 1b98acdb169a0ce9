import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { createGzip, type Gzip } from "node:zlib";
import type { NewUnit } from "../sums/allocate.js";
import { openSession, type SessionOptions } from "../sums/session.js";
import { storageError } from "../sums/storage-error.js";

/** Series under which units of logs are listed; there are no records of it. */
const LOG_SERIES = "session_log";
/** Days that a log is kept: long enough to be asked about, short enough not to fill the disks. */
const RETENTION_DAYS = 10;
const LOG_BYTES = 10_000_000;

/** The storage unit for the log of a session. It is kept whatever becomes of the session. */
export interface SessionLog {
  readonly unit: NewUnit;
  /** Has the unit put; never fails, for the session does not depend on its log. */
  end(): Promise<void>;
}

/**
 * Makes the storage unit of a log.
 *
 * @param isArchived whether it goes to tape where there is one (`-A`)
 * Errors: those of `allocateUnit`. Source: netdrms 7.3, 2.9.
 */
export async function openSessionLog(options: SessionOptions, isArchived: boolean): Promise<SessionLog> {
  const session = await openSession(options);
  try {
    const unit = await session.allocate({ slots: 0, bytes: LOG_BYTES });
    return {
      unit,
      async end() {
        const terms = {
          series: LOG_SERIES,
          retentionDays: RETENTION_DAYS,
          archive: isArchived ? 1 : 0,
        } as const;
        try {
          await session.put([{ ...terms, units: [{ unit, recnums: new Map() }] }]);
        } catch (error) {
          options.log(`the log of the session is not kept: ${String(error)}`);
        } finally {
          await session.close().catch((error: unknown) => options.log(String(error)));
        }
      },
    };
  } catch (error) {
    await session.rollback().catch(() => undefined);
    throw error;
  }
}

/** Which of the two streams of a program. */
export type LogStream = "stdout" | "stderr";

/** The files of one program's output in the unit of a log. */
export class LogFiles {
  readonly #streams: Readonly<Record<LogStream, Gzip>>;
  readonly #written: Readonly<Record<LogStream, Promise<void>>>;
  #failure: unknown;

  /** @param prefix what the names `<prefix>.stdout.gz` and `<prefix>.stderr.gz` begin with */
  constructor(folder: string, prefix: string) {
    const open = (stream: LogStream): { readonly gzip: Gzip; readonly written: Promise<void> } => {
      const gzip = createGzip();
      const file = gzip.pipe(createWriteStream(join(folder, `${prefix}.${stream}.gz`), { flags: "wx" }));
      // A full disk must not end the program; its end tells of it.
      gzip.on("error", () => undefined);
      const written = finished(file);
      written.catch((error: unknown) => {
        this.#failure = error;
      });
      return { gzip, written };
    };
    const [stdout, stderr] = [open("stdout"), open("stderr")];
    this.#streams = { stdout: stdout.gzip, stderr: stderr.gzip };
    this.#written = { stdout: stdout.written, stderr: stderr.written };
  }

  /** Adds to a file; resolves when there is room for more. What cannot be written is left out. */
  async write(stream: LogStream, bytes: string | Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return;
    const gzip = this.#streams[stream];
    if (gzip.write(bytes)) return;
    await new Promise<void>((resolve) => {
      gzip.once("drain", resolve);
      this.#written[stream].then(resolve, () => resolve());
    });
  }

  /** Errors: DISK_FULL, ARCHIVE_FAILED where a file is not whole. */
  async end(): Promise<void> {
    for (const stream of Object.values(this.#streams)) stream.end();
    try {
      await Promise.all(Object.values(this.#written));
    } catch (error) {
      throw storageError(error, "the log of the session cannot be written");
    }
  }
}
