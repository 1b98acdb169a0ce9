import type { PacketHeader, Plane } from "../../stream/model.js";

/** The name of the first parameter, by which clients label it, whatever x is called. */
export const TIME_NAME = "Time";

/** Longest name, characters: names stand in URLs. */
const MAX_NAME = 100;

const NUMBERED = { x: "X", y: "Y", z: "Z", yscan: "YSCAN" } as const satisfies Record<Plane["role"], string>;

/** What a parameter is called, and what else it answers to. */
export interface ParameterName {
  readonly name: string;
  readonly aliases: readonly string[];
}

/**
 * A name for each plane: its own, or its role and number (`Y_1`, `YSCAN_2`), which a named one answers to as well; x is `Time`, and
 * answers to `time` and its own name. No two differ in case alone, and none has a comma, which separates names in requests.
 * Source: reducers 11; HAPI 3.3, sections 3.6.7 and 8.2.
 */
export function parameterNames(header: PacketHeader): readonly ParameterName[] {
  const taken = new Set([TIME_NAME.toLowerCase()]);
  const counts = { x: 0, y: 0, z: 0, yscan: 0 };
  const names = header.planes.map((plane) => {
    if (plane.role === "x") return { name: TIME_NAME, others: ["time", cleanName(plane.name)] };
    const numbered = `${NUMBERED[plane.role]}_${++counts[plane.role]}`;
    const wanted = cleanName(plane.name) || numbered;
    let name = wanted;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
    taken.add(name.toLowerCase());
    return { name, others: [numbered] };
  });
  const own = new Set(names.map(({ name }) => name));
  // A plane that is really called so has the name for itself.
  return names.map(({ name, others }) => ({
    name,
    aliases: [...new Set(others)].filter((other) => other !== "" && !own.has(other)),
  }));
}

function cleanName(name: string): string {
  return name.replace(/[\p{C},]/gu, "_").slice(0, MAX_NAME);
}
