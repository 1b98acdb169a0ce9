import { appendFileSync, mkdirSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../config/config.js";
import type { RecordWriter, RequestRecord } from "./record.js";

/** Records wait at most this long, so that many are written by one call. */
const GATHER_MS = 200;

/** The file of a day, UTC. */
export function requestLogFile(config: Config, time: string): string {
  return join(config.logPath, `requests-${time.slice(0, 10)}.jsonl`);
}

/** A log that cannot be written must not stop the service: it is told once, and tried again with the next record. */
function complainOnce(): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (told) return;
    told = true;
    process.stderr.write(
      `heliostream: the request log cannot be written: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  };
}

/**
 * The request log of a resident server: one JSON line a record, one file a day, written behind the answers.
 * Source: das2-server 18.1.
 */
export function openRequestLog(config: Config): RecordWriter {
  const complain = complainOnce();
  let pending = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = pending;
    pending = new Map();
    writing = writing.then(async () => {
      for (const [file, text] of lines)
        try {
          await mkdir(config.logPath, { recursive: true });
          await appendFile(file, text);
        } catch (error) {
          complain(error);
        }
    });
    return writing;
  };

  return {
    write(record: RequestRecord) {
      const file = requestLogFile(config, record.time);
      pending.set(file, `${pending.get(file) ?? ""}${JSON.stringify(record)}\n`);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    close: flush,
  };
}

/** The same for a process that answers one request: the line is written at once, in one append. */
export function openRequestLogSync(config: Config): RecordWriter {
  const complain = complainOnce();
  return {
    write(record) {
      const file = requestLogFile(config, record.time);
      const line = `${JSON.stringify(record)}\n`;
      try {
        try {
          appendFileSync(file, line);
        } catch {
          mkdirSync(config.logPath, { recursive: true });
          appendFileSync(file, line);
        }
      } catch (error) {
        complain(error);
      }
    },
    close: () => Promise.resolve(),
  };
}
