import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { blockNumber } from "../../../cache/block-number.js";
import { blockPath } from "../../../cache/block-path.js";
import { cacheReader } from "../../../cache/cache-reader/index.js";
import type { Level } from "../../../cache/level.js";
import { adoptBlock } from "../../../cache/store/adopt-block.js";
import { asDasError, type ErrorCode } from "../../../errors/das-error.js";
import { ItemChain } from "../../../stream/item-chain.js";
import { das2Encoder } from "../../../stream/stream-writer.js";
import { parseTime } from "../../../stream/time.js";
import { packet, TEST_CONTEXT } from "../../support/run-stream.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";

/** What the cache reader gave, run in this process the way a process runs it. */
export interface Read {
  readonly text: string;
  /** Why it failed; `undefined` where it ends with 0. */
  readonly code: ErrorCode | undefined;
  readonly said: readonly string[];
}

/** The times of the data packets of a stream of text. */
export function timesOf(text: string): string[] {
  return [...text.matchAll(/^:\d\d:(\S+)/gm)].map((match) => match[1] ?? "");
}

/** A source with kept blocks in a folder of its own. */
export class KeptSource {
  readonly definition: string;
  readonly folder: string;
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
    this.definition = join(root, "dsdf/Demo/Pump4.dsdf");
    this.folder = join(root, "cache/data/Demo/Pump4");
  }

  /** @param lines of its definition, besides those that each has */
  static async make(...lines: readonly string[]): Promise<KeptSource> {
    const source = new KeptSource(await emptyFolder());
    // A setting of a server that a program by itself does not know.
    const all = ["description = 'a pump'", "reader = '$(PUMP_PROGRAMS)/pump4'", "das2Stream = 1", ...lines];
    await mkdir(dirname(source.definition), { recursive: true });
    await writeFile(source.definition, `${all.join("\n")}\n`);
    return source;
  }

  /** A level in its cache: averages of a minute by day, unless something else is said. */
  level(other: Partial<Level> = {}): Level {
    return levelIn(join(this.#root, "cache"), other);
  }

  /**
   * Puts a file where the block of a time is, as an older server leaves it.
   * @returns its path
   */
  async putOlder(level: Level, time: string, text: string): Promise<string> {
    const path = blockPath(level, blockNumber(parseTime(time), level.period));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, "latin1");
    return path;
  }

  /** The same with a sidecar. */
  async put(level: Level, time: string, text: string): Promise<string> {
    const path = await this.putOlder(level, time, text);
    const faults: string[] = [];
    await adoptBlock(level, blockNumber(parseTime(time), level.period), {
      onFault: (fault) => faults.push(fault),
    });
    if (faults.length > 0) throw new Error(`no sidecar can be made: ${faults.join()}`);
    return path;
  }

  /** The words of a command line for a range and a resolution, after the options. */
  words(begin: string, end: string, resolution: string, normParams = "_noparam"): string[] {
    return [this.definition, this.folder, normParams, begin, end, resolution];
  }

  /** Runs the cache reader. Errors: those of bad arguments. */
  async read(...args: readonly string[]): Promise<Read> {
    const said: string[] = [];
    const items = cacheReader.open(args, { ...TEST_CONTEXT, log: (line) => said.push(line) });
    const parts: Buffer[] = [];
    const encoder = das2Encoder();
    const write = (bytes: Uint8Array) => parts.push(Buffer.from(bytes));
    const chain = new ItemChain([], (item) => encoder.push(item, write));
    try {
      for await (const portion of items) for (const item of portion) chain.push(item);
      chain.end();
    } catch (error) {
      chain.fail(asDasError(error, "the reader"));
    }
    encoder.end(write);
    return { text: Buffer.concat(parts).toString("latin1"), code: chain.failure?.error.code, said };
  }
}

/** A stream header with those properties. */
export function streamPacket(properties: string): string {
  return packet("00", `<stream version="2.2">\n  <properties ${properties}/>\n</stream>\n`);
}

/** The definition of a packet of a time and one value. */
export function linePacket(name = "level", id = "01"): string {
  return packet(
    id,
    `<packet>\n  <x type="time20" units="us2000"/>\n  <y name="${name}" type="ascii9" units="cm"/>\n</packet>\n`,
  );
}

/** A data packet of such a definition. */
export function linePoint(time: string, value: number, id = "01"): string {
  return `:${id}:${time} ${value.toFixed(2).padStart(8)}\n`;
}

/** A whole block of those points, with a comment that readers of blocks drop. */
export function lineBlock(points: readonly (readonly [time: string, value: number])[]): string {
  const comment = packet("xx", '<comment type="log:info" source="pump" value="built"/>\n');
  const header = streamPacket(
    'title="Pump 4" Datum:xTagWidth="60 s" Datum:xCacheResolution="60 s" xCacheResInfo="(1.0 minute Averages)" sourceId="das2_bin_avgsec"',
  );
  return header + comment + linePacket() + points.map(([time, value]) => linePoint(time, value)).join("");
}

/** An exception packet. */
export function exceptionPacket(type: string, message: string): string {
  return packet("xx", `<exception type="${type}" message="${message}"/>\n`);
}
