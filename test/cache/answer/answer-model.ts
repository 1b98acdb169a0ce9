import { blockBegin, blockRange, blocksOf } from "../../../cache/block-number.js";
import type { Level } from "../../../cache/level.js";
import { timeText } from "../../../dsdf/stages.js";
import { cutRange } from "../../../reducers/range-cut.js";
import { readPlane, readXUs2000 } from "../../../stream/columns.js";
import { printPacketHeader } from "../../../stream/header-xml.js";
import type { PacketBatch, PacketHeader, Plane, StreamItem } from "../../../stream/model.js";
import type { FilterProgram, ReaderProgram } from "../../../stream/program.js";
import { doubleProperty } from "../../../stream/properties.js";
import { parseTime, type Time, type TimeRange, timeToUs2000 } from "../../../stream/time.js";
import { applyTransform } from "../../../stream/transform.js";
import { TEST_CONTEXT } from "../../support/run-stream.js";
import { packetsByBlock } from "../build/block-model.js";

/** A reader that gives the part of a known stream that it is asked for, with the definitions that are in force there. */
export function partReader(
  name: string,
  items: readonly StreamItem[],
  onStart: (begin: string, end: string) => void = () => undefined,
): ReaderProgram {
  return {
    kind: "reader",
    name,
    help: "",
    async *open([begin = "", end = ""]) {
      onStart(begin, end);
      yield partOf(items, { begin: parseTime(begin), end: parseTime(end) });
    },
  };
}

/** The packets of a stream in a range, behind the definitions in force at the first of them. */
export function partOf(items: readonly StreamItem[], { begin, end }: TimeRange): StreamItem[] {
  const cut = cutRange({ begin: timeToUs2000(begin), end: timeToUs2000(end) });
  const given: StreamItem[] = [];
  const definitions = new Map<number, StreamItem>();
  let hasBegun = false;
  for (const item of items) {
    if (item.kind === "stream") given.push(item);
    else if (item.kind === "packet") {
      definitions.set(item.header.id, item);
      if (hasBegun) given.push(item);
    } else
      cut.push(item, (passed) => {
        if (!hasBegun) given.push(...definitions.values());
        hasBegun = true;
        given.push(passed);
      });
  }
  if (!hasBegun) given.push(...definitions.values());
  return given;
}

/** What the reducer gives for a range of blocks of a level, each by itself, as the answer to a range: bins with their centre in it. */
export async function reducedByBlock(
  reducer: FilterProgram,
  args: readonly string[],
  items: readonly StreamItem[],
  level: Level,
  range: TimeRange,
  seconds = level.seconds,
): Promise<StreamItem[]> {
  const answer: StreamItem[] = [];
  const { first, end } = blocksOf(range, level.period);
  const packets = packetsByBlock(items, level);
  for (let number = first - 1; number <= end; number++) {
    const block = packets.get(number);
    if (block === undefined) continue;
    const inBlock = blockRange(number, level.period);
    const begin = blockBegin(number, level.period);
    answer.push(...(await reduced(reducer, args, block, { origin: begin, seconds }, [inBlock, range])));
  }
  return answer;
}

/** What the reducer gives for some packets, cut to bins with their centre in all of some ranges. `seconds` = 0: the packets. */
export async function reduced(
  reducer: FilterProgram,
  args: readonly string[],
  items: readonly StreamItem[],
  { origin, seconds }: { readonly origin: Time; readonly seconds: number },
  ranges: readonly TimeRange[],
): Promise<StreamItem[]> {
  const filters =
    seconds === 0 ? [] : [reducer.open([...args, "-b", timeText(origin), String(seconds)], TEST_CONTEXT)];
  const cuts = ranges.map(({ begin, end }) =>
    cutRange({ begin: timeToUs2000(begin), end: timeToUs2000(end) }),
  );
  const given: StreamItem[] = [];
  const source = (async function* () {
    yield items;
  })();
  for await (const portion of applyTransform(source, [...filters, ...cuts]))
    for (const item of portion)
      given.push(item.kind === "data" ? { kind: "data", batch: copyOf(item.batch) } : item);
  return given;
}

function copyOf(batch: PacketBatch): PacketBatch {
  return { ...batch, bytes: new Uint8Array(batch.bytes) };
}

/** One record of an answer in bins. */
export interface BinRow {
  readonly id: number;
  readonly x: number;
  readonly header: PacketHeader;
  /** Values behind x, plane by plane. */
  readonly values: readonly number[];
}

/** The records of items, by id and in order. */
export function rowsOf(items: Iterable<StreamItem>): BinRow[] {
  const rows: BinRow[] = [];
  for (const item of items) {
    if (item.kind !== "data") continue;
    const { header, count } = item.batch;
    const x = new Float64Array(count);
    readXUs2000(item.batch, x);
    const planes = header.planes.slice(1).map((plane) => {
      const out = new Float64Array(count * plane.items);
      readPlane(item.batch, plane, out);
      return { out, items: plane.items };
    });
    for (let n = 0; n < count; n++)
      rows.push({
        id: header.id,
        x: x[n]!,
        header,
        values: planes.flatMap(({ out, items: width }) => [...out.subarray(n * width, (n + 1) * width)]),
      });
  }
  return rows.sort((a, b) => a.id - b.id);
}

/** The largest |value| of all valid samples in the bin of a record, for one of its values: what rounding is measured by. */
export function largestIn(
  samples: readonly BinRow[],
  row: BinRow,
  seconds: number,
  name: string,
  item: number,
): number {
  // A little wider than the bin, as x of a record may be rounded to the digits of its field.
  const half = seconds * 0.5e6 + 1000;
  let largest = 0;
  for (const { id, x, header, values } of samples) {
    if (id !== row.id || Math.abs(x - row.x) > half) continue;
    let at = 0;
    for (const plane of header.planes.slice(1)) {
      // A plane without a name gets that of its axis where names are made of it.
      const isIt = (plane.name || (plane.role === "yscan" ? "scan" : plane.role)) === name;
      const value = isIt && item < plane.items ? values[at + item]! : Number.NaN;
      at += plane.items;
      if (Number.isFinite(value) && value !== fillOf(plane) && Math.abs(value) < 1e30)
        largest = Math.max(largest, Math.abs(value));
    }
  }
  return largest;
}

function fillOf({ properties }: Plane): number {
  return doubleProperty(properties, "yFill") ?? doubleProperty(properties, "zFill") ?? Number.NaN;
}

/** One unit in the last place of a value of a plane. */
export function unitOf({ type }: Plane, value: number): number {
  if (type.kind === "ascii") {
    // A sign, a digit, a point, the fraction, four characters of exponent, and the separator.
    const fraction = type.width - 8;
    return value === 0 ? 0 : 10 ** (Math.floor(Math.log10(value)) - fraction);
  }
  const digits = type.width === 4 ? 23 : 52;
  return value === 0 ? 0 : 2 ** (Math.floor(Math.log2(value)) - digits);
}

/** The text of a definition. */
export function headerText(header: PacketHeader): string {
  return Buffer.from(printPacketHeader(header)).toString("latin1");
}
