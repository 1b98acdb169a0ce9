import { timeText } from "../../dsdf/stages.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import { readPlane, readXUs2000 } from "../../stream/columns.js";
import { fillTest, planeFill } from "../../stream/fill.js";
import type { PacketBatch, PacketHeader, Plane, Properties, StreamHeader } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { shortestReal4 } from "../../stream/shortest-real.js";
import { us2000ToTime } from "../../stream/time.js";
import { epochUnit } from "../../stream/units.js";
import { eventText } from "../event-text.js";
import type { LivePortion } from "./client-queue.js";

/** Records of one event: a browser handles an event as a whole. */
const MOST_ROWS = 500;

/**
 * Tells portions as events: `stream` and `header` tell what the numbers are, `records` holds rows, one for each packet: its time, then the value
 * of each plane in order of the header, a list where a plane has several. Times are ISO-8601 UTC; what is fill or no number is null.
 */
export class EventWriter {
  #stream: StreamHeader = BARE_HEADER;

  /** The events of the next portion. */
  portion({ items, mark }: LivePortion): string {
    const events: string[] = [];
    for (const item of items)
      switch (item.kind) {
        case "stream":
          this.#stream = item.header;
          events.push(eventText("stream", { properties: propertiesOf(item.header.properties) }));
          break;
        case "packet":
          events.push(eventText("header", headerOf(item.header)));
          break;
        case "data": {
          const id = item === items.at(-1) ? mark : undefined;
          events.push(...recordEvents(item.batch, this.#stream, id));
          break;
        }
        case "comment":
        case "exception":
          break;
        default:
          item satisfies never;
      }
    return events.join("");
  }
}

function propertiesOf(properties: Properties): Readonly<Record<string, string>> {
  return Object.fromEntries(properties.map(({ name, value }) => [name, value]));
}

function headerOf({ id, planes }: PacketHeader) {
  return { id, planes: planes.map(planeOf) };
}

function planeOf(plane: Plane) {
  const { role, name, units, items, yUnits, properties } = plane;
  return {
    role,
    name,
    units: role === "x" ? "UTC" : units,
    ...(role === "yscan" ? { items, yUnits, yTags: [...yTagValues(plane)] } : {}),
    properties: propertiesOf(properties),
  };
}

/** The position is told behind the last row only: it is that of all of them. */
function* recordEvents(
  batch: PacketBatch,
  stream: StreamHeader,
  mark: string | undefined,
): Generator<string, void, undefined> {
  const { header, count } = batch;
  const columns = header.planes.map((plane) => columnOf(plane, batch, stream));
  for (let n = 0; n < count; n += MOST_ROWS) {
    const end = Math.min(count, n + MOST_ROWS);
    const rows: unknown[][] = [];
    for (let row = n; row < end; row++) rows.push(columns.map((column) => column(row)));
    yield eventText("records", { id: header.id, rows }, end === count ? mark : undefined);
  }
}

type Column = (row: number) => unknown;

function columnOf(plane: Plane, batch: PacketBatch, stream: StreamHeader): Column {
  const { items, type } = plane;
  const values = new Float64Array(batch.count * items);
  if (plane.role === "x") {
    readXUs2000(batch, values);
    return (row) => timeOf(values[row]);
  }
  readPlane(batch, plane, values);
  const cell: (value: number) => unknown =
    type.kind === "time" ? timeCell(plane) : numberCell(plane, batch.header, stream);
  if (plane.role !== "yscan") return (row) => cell(values[row] ?? Number.NaN);
  return (row) => Array.from(values.subarray(row * items, (row + 1) * items), (value) => cell(value));
}

function timeOf(us: number | undefined): string | null {
  return us === undefined || !Number.isFinite(us) ? null : `${timeText(us2000ToTime(us))}Z`;
}

function timeCell({ units }: Plane): (value: number) => string | null {
  const unit = epochUnit(units);
  return (value) => timeOf(unit === undefined ? value : unit.toUs2000(value));
}

function numberCell(
  plane: Plane,
  header: PacketHeader,
  stream: StreamHeader,
): (value: number) => number | null {
  const { isFill } = fillTest(planeFill(plane, header, stream));
  const isShort = plane.type.kind === "real" && plane.type.width === 4;
  return (value) => {
    if (isFill(value) || !Number.isFinite(value)) return null;
    return isShort ? Number(shortestReal4(value)) : value;
  };
}
