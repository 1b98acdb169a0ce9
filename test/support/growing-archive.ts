import { BatchBuilder } from "../../stream/batch-builder.js";
import type { StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import type { ReaderProgram } from "../../stream/program.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";
import { REAL8 } from "../../stream/value-type.js";

/** A record of an archive that grows; its value names it. */
export interface GrownRecord {
  /** Seconds since 2000. */
  readonly x: number;
  readonly value: number;
  /** Packet id, 1 or 2; missing: 1. */
  readonly id?: number;
}

/** One run of its reader, us2000. */
export interface GrownStart {
  readonly begin: number;
  readonly end: number;
  readonly words: readonly string[];
}

const HEADERS = [1, 2].map((id) =>
  packetHeader({
    id,
    planes: [
      xPlane({ type: REAL8, units: "us2000" }),
      yPlane({ name: "v", type: REAL8, units: "V", properties: [] }),
    ],
  }),
);

/** An archive to which records are added while it is read, with a reader that is built in. */
export class GrowingArchive {
  readonly #records: GrownRecord[] = [];
  readonly starts: GrownStart[] = [];
  running = 0;
  /** How many runs have ended. */
  ended = 0;
  /** Called before each portion of a run, the first being 0: waits, or throws where the reader is to fail there. */
  before: ((portion: number, start: GrownStart) => Promise<void> | void) | undefined;
  /** Records of a portion. */
  portion = 3;
  #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
  #grown: (() => void)[] = [];

  add(...records: readonly GrownRecord[]): void {
    this.#records.push(...records);
    for (const wake of this.#grown.splice(0)) wake();
  }

  /** Resolves as soon as it holds; it is looked at with each begin and end of a run. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ holds, resolve });
      this.#look();
    });
  }

  #look(): void {
    const ready = this.#waiting.filter(({ holds }) => holds());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }

  /** What of the archive, as it is now, is in a range, in order of time. */
  #found({ begin, end }: GrownStart): readonly GrownRecord[] {
    return this.#records.filter(({ x }) => x * 1e6 >= begin && x * 1e6 < end).sort((a, b) => a.x - b.x);
  }

  /** A reader of what is there when a portion is read. */
  reader(name: string): ReaderProgram {
    return this.#program(name, async function* (archive, start, signal) {
      for (let given = 0, count = 1; !signal.aborted; count++) {
        await archive.before?.(count, start);
        const some = archive.#found(start).slice(given, given + archive.portion);
        if (some.length === 0) return;
        given += some.length;
        yield some;
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  }

  /** A reader that goes on with what comes, until it is told to end. */
  follower(name: string): ReaderProgram {
    return this.#program(name, async function* (archive, start, signal) {
      const given = new Set<GrownRecord>();
      while (!signal.aborted) {
        const some = archive.#found(start).filter((record) => !given.has(record));
        for (const record of some) given.add(record);
        if (some.length > 0) yield some;
        else
          await new Promise<void>((resolve) => {
            archive.#grown.push(resolve);
            signal.addEventListener("abort", () => resolve());
          });
      }
    });
  }

  #program(
    name: string,
    read: (
      archive: GrowingArchive,
      start: GrownStart,
      signal: AbortSignal,
    ) => AsyncGenerator<readonly GrownRecord[]>,
  ): ReaderProgram {
    const archive = this;
    return {
      kind: "reader",
      name,
      help: "",
      async *open(args, { signal }) {
        const [begin = 0, end = 0] = args
          .filter((word) => /^\d{4}-/.test(word))
          .map((word) => timeToUs2000(parseTime(word)));
        const start = { begin, end, words: args.filter((word) => !/^\d{4}-/.test(word)) };
        archive.starts.push(start);
        archive.running++;
        archive.#look();
        try {
          await archive.before?.(0, start);
          yield [
            { kind: "stream", header: { version: "2.2", properties: [] } },
            ...HEADERS.map((header): StreamItem => ({ kind: "packet", header })),
          ];
          for await (const records of read(archive, start, signal)) yield records.map(itemOf);
        } finally {
          archive.running--;
          archive.ended++;
          archive.#look();
        }
      },
    };
  }
}

function itemOf({ x, value, id = 1 }: GrownRecord): StreamItem {
  const header = HEADERS[id - 1];
  if (header === undefined) throw new Error(`no packet ${id}`);
  const builder = new BatchBuilder(header, header.stride);
  const at = builder.next();
  builder.view.setFloat64(at + 4, x * 1e6);
  builder.view.setFloat64(at + 12, value);
  const batch = builder.take();
  if (batch === undefined) throw new Error("a batch without records");
  return { kind: "data", batch };
}
