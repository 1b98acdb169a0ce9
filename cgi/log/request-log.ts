import { dirname } from "node:path";
import type { Config } from "../../config/config.js";
import { append, appendSync, type IsOver } from "./append.js";
import { compatibleFile, compatibleText, isOfEarlierDay } from "./compatible-log.js";
import { dayFile, removeOldDays } from "./log-files.js";
import { recordLine } from "./log-line.js";
import type { RecordWriter, RequestRecord } from "./record.js";

/** Records wait at most this long, so that many are written by one call. */
const GATHER_MS = 200;
/** What may wait for a slow disk, characters; further records are counted and left out. */
const MAX_PENDING = 8 * 1024 * 1024;

/** Something to be appended to a file. */
interface Addition {
  readonly file: string;
  readonly text: string;
  readonly isOver?: IsOver;
  /** The day of a file whose first record means that older days may be over. */
  readonly day?: string;
}

/** What a record adds to the files of the log. */
function additions(config: Config, record: RequestRecord): Addition[] {
  const day = record.time.slice(0, 10);
  const line: Addition = { file: dayFile(config.logPath, day), text: recordLine(record), day };
  if (!config.logCompatible) return [line];
  return [
    line,
    {
      file: compatibleFile(config.logPath, record),
      text: compatibleText(record),
      isOver: isOfEarlierDay(record),
    },
  ];
}

/** A log that cannot be written must not stop the service: it is told once, until it works again. */
class Complaint {
  #told = false;

  tell(error: unknown): void {
    if (this.#told) return;
    this.#told = true;
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`heliostream: the request log cannot be written: ${reason}\n`);
  }

  works(): void {
    this.#told = false;
  }
}

function cleanUp(addition: Addition, wasEmpty: boolean, config: Config): void {
  if (wasEmpty && addition.day !== undefined)
    removeOldDays(dirname(addition.file), addition.day, config.logDays);
}

/** The log of a process that answers many requests: written behind the answers, in bounded memory. */
class GatheringLog implements RecordWriter {
  readonly #config: Config;
  readonly #complaint = new Complaint();
  #pending = new Map<string, Addition>();
  /** Characters that are not written yet, those being written included. */
  #waiting = 0;
  #lost = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(config: Config) {
    this.#config = config;
  }

  get dropped(): number {
    return this.#dropped;
  }

  write(record: RequestRecord): void {
    try {
      for (const addition of additions(this.#config, record)) this.#add(addition);
    } catch (error) {
      this.#complaint.tell(error);
    }
  }

  #add(addition: Addition): void {
    if (this.#waiting + addition.text.length > MAX_PENDING) {
      this.#lost += 1;
      if (addition.day !== undefined) this.#dropped += 1;
      return;
    }
    this.#waiting += addition.text.length;
    const earlier = this.#pending.get(addition.file);
    this.#pending.set(
      addition.file,
      earlier === undefined ? addition : { ...earlier, text: earlier.text + addition.text },
    );
    this.#timer ??= setTimeout(() => void this.close(), GATHER_MS);
  }

  /** Writes what is pending; resolves when it is written. The log may be used on. */
  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = this.#pending;
    this.#pending = new Map();
    this.#writing = this.#writing.then(async () => {
      for (const addition of all.values()) await this.#append(addition);
    });
    return this.#writing;
  }

  async #append(addition: Addition): Promise<void> {
    try {
      const wasEmpty = await append(addition.file, addition.text, addition.isOver);
      cleanUp(addition, wasEmpty, this.#config);
      this.#complaint.works();
    } catch (error) {
      this.#complaint.tell(error);
      if (addition.day !== undefined) this.#dropped += addition.text.split("\n").length - 1;
    } finally {
      this.#waiting -= addition.text.length;
    }
    if (this.#lost === 0) return;
    process.stderr.write(
      `heliostream: ${this.#lost} records were left out of the request log, the disk is slow\n`,
    );
    this.#lost = 0;
  }
}

/**
 * The request log of a resident server: one JSON line a record, one file a day (UTC), those beyond `LOG_DAYS` removed with the
 * first record of a day. Source: das2-server 18.1.
 */
export function openRequestLog(config: Config): RecordWriter {
  return new GatheringLog(config);
}

/** The same for a process that answers one request: the line is written at once, in one append. */
export function openRequestLogSync(config: Config): RecordWriter {
  const complaint = new Complaint();
  return {
    write(record) {
      try {
        for (const addition of additions(config, record)) {
          const wasEmpty = appendSync(addition.file, addition.text, addition.isOver);
          cleanUp(addition, wasEmpty, config);
        }
      } catch (error) {
        complaint.tell(error);
      }
    },
    close: () => Promise.resolve(),
  };
}
