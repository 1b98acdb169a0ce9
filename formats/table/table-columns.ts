import { type FillTest, fillTest, planeFill } from "../../stream/fill.js";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { yTagValues } from "../../stream/packet-header.js";
import { cascade } from "../../stream/properties.js";
import { timeUnit } from "../time-text-writer.js";

/** What a column holds: instants, or reals of 4 or 8 bytes. Text and the integers that a stream may have become 8-byte reals. */
export type ColumnKind = "time" | "real4" | "real8";

/** One column of a table that is made of one packet type: a plane. */
export interface TableColumn {
  /** No other column of the table has it. */
  readonly name: string;
  readonly plane: Plane;
  readonly kind: ColumnKind;
  /** Values of a row; a list where the plane is a yscan, of whatever length. */
  readonly items: number;
  readonly isList: boolean;
  /** What is no value; a time that is none is NaN. */
  readonly fill: FillTest;
  /** What a reader may want to know of it, by name: `units`, `label`, `summary`, `fill`, of lists `yTags`, `yUnits`, `yLabel`. */
  readonly about: ReadonlyMap<string, string>;
}

/** The columns of a packet type, in the order of its planes. */
export function tableColumns(header: PacketHeader, stream: StreamHeader): readonly TableColumn[] {
  const taken = new Set<string>();
  return header.planes.map((plane) => {
    const name = freeName(columnName(plane), taken);
    const isTime = timeUnit(plane) !== undefined;
    const fill = planeFill(plane, header, stream);
    return {
      name,
      plane,
      kind: isTime ? "time" : plane.type.kind === "real" && plane.type.width === 4 ? "real4" : "real8",
      items: plane.items,
      isList: plane.role === "yscan",
      fill: fillTest(isTime ? Number.NaN : fill),
      about: describe(plane, header, stream, isTime, fill),
    };
  });
}

function columnName(plane: Plane): string {
  if (plane.name !== "") return plane.name;
  if (plane.role === "x") return timeUnit(plane) === undefined ? "x" : "time";
  return plane.role === "yscan" ? "scan" : plane.role;
}

/** A name that no other column has: hostile streams name two planes alike. */
function freeName(wished: string, taken: Set<string>): string {
  let name = wished;
  for (let n = 2; taken.has(name); n++) name = `${wished}_${n}`;
  taken.add(name);
  return name;
}

function describe(
  plane: Plane,
  header: PacketHeader,
  stream: StreamHeader,
  isTime: boolean,
  fill: number,
): ReadonlyMap<string, string> {
  const isList = plane.role === "yscan";
  const axis = isList ? "z" : plane.role;
  const text = (name: string) => cascade(name, plane, header, stream.properties)?.value;
  const about: [string, string | undefined][] = [
    ["units", isTime ? "UTC" : plane.units],
    ["label", text(`${axis}Label`)],
    ["summary", text(`${axis}Summary`)],
    // What was fill is no value any more; who writes the data back wants to know.
    ["fill", isTime || Number.isNaN(fill) ? undefined : shortestReal(fill)],
    ["source", text("source")],
    ["operation", text("operation")],
  ];
  if (isList) {
    about.push(["yTags", Array.from(yTagValues(plane), shortestReal).join(",")]);
    about.push(["yUnits", plane.yUnits], ["yLabel", text("yLabel")]);
  }
  return new Map(about.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Whether rows of both fit one table: the same names, kinds, lengths, units and tags. */
export function isSameTable(a: readonly TableColumn[], b: readonly TableColumn[]): boolean {
  return (
    a.length === b.length &&
    a.every((column, i) => {
      const other = b[i]!; // as long as a
      return (
        column.name === other.name &&
        column.kind === other.kind &&
        column.items === other.items &&
        column.isList === other.isList &&
        ["units", "yTags", "yUnits"].every((key) => column.about.get(key) === other.about.get(key))
      );
    })
  );
}
