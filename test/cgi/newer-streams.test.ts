import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packet3 } from "../support/das3-streams.js";
import { flexSite, header } from "../support/flex-site.js";
import type { RawAnswer } from "../support/raw-http.js";
import { decodeStream, packet } from "../support/run-stream.js";

/** Two snapshots of four samples, 250 ms apart, as a reader of das2.3 writes them (das2-stream B). */
const SNAPSHOTS = [
  packet("00", '<stream version="2.3"><properties title="Snapshots"/></stream>'),
  packet(
    "01",
    '<packet><x name="time" type="time24" units="UTC"/><xscan name="E" nitems="4" type="ascii9" xUnits="ms" yUnits="V/m" ' +
      'xOffsetInterval="250"/></packet>',
  ),
  ":01:2021-06-30T00:00:00.000       1.0      2.0      3.0     4.0\n",
  ":01:2021-06-30T00:00:01.000       5.0      6.0      7.0     8.0\n",
].join("");

/** Records of two and of three values as a reader of das3 writes them, with a text (das2-stream C4.3). */
const RAGGED = (() => {
  const body = (time: string, values: readonly number[]): string => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [n, value] of values.entries()) bytes.writeFloatLE(value, 4 * n);
    const text = `${time} quiet [j|${values.length}]${bytes.toString("latin1")}`;
    return `|Pd|1|${text.length}|${text}`;
  };
  const scalar = (semantic: string, index: string, content: string, units: string): string =>
    `<scalar units="${units}" semantic="${semantic}" index="${index}">${content}</scalar>`;
  return [
    packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>'),
    packet3(
      "Hx",
      "1",
      `<dataset name="d" rank="2" index="*;*"><coord physDim="time">${scalar("datetime", "*;-", '<packet numItems="1" itemBytes="24" encoding="utf8"/>', "UTC")}</coord>` +
        `<coord physDim="frequency">${scalar("real", "-;*", '<sequence minval="10" interval="0;5"/>', "Hz")}</coord>` +
        `<data physDim="mode">${scalar("string", "*;-", '<packet numItems="1" itemBytes="6" encoding="utf8"/>', "")}</data>` +
        `<data physDim="power">${scalar("real", "*;*", '<packet numItems="*" itemBytes="4" encoding="LEreal"/>', "V")}</data></dataset>`,
    ),
    body("2021-06-30T00:00:00.000", [1, 2]),
    body("2021-06-30T00:00:01.000", [3, 4, 5]),
  ].join("");
})();

let site: Awaited<ReturnType<typeof flexSite>>;
beforeAll(async () => {
  site = await flexSite();
  for (const [name, text] of [
    ["snapshots", SNAPSHOTS],
    ["ragged", RAGGED],
  ] as const) {
    // As octal escapes, which every shell writes as bytes.
    const octal = [...Buffer.from(text, "latin1")].map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`);
    site.write(`programs/give-${name}`, `#!/bin/sh\nprintf '%b' '${octal.join("")}'\n`, 0o755);
    const form = name === "ragged" ? "das3Stream" : "das2Stream";
    site.write(
      `dsdf/New/${name}.dsdf`,
      `description = 'New'\n${form} = 1\nreader = 'give-${name}'\nvalidRange = '2021-01-01 to 2022-01-01'\n`,
    );
  }
});
afterAll(() => site.close());

const RANGE = "start_time=2021-06-30&end_time=2021-06-30T00:10";
const ask = (name: string, more = ""): Promise<RawAnswer> =>
  site.get(`?server=dataset&dataset=New/${name}&${RANGE}${more}`);
const text = ({ body }: RawAnswer): string => body.toString("latin1");

describe("readers that write newer streams", () => {
  it("of das2.3 are passed on with their tables along x", async () => {
    const answer = await ask("snapshots");
    expect(answer.status).toBe(200);
    expect(text(answer)).toContain('<xscan name="E" nitems="4"');
    expect(text(answer)).toContain('<stream version="2.3"');
    expect(text(answer)).not.toContain("exception");
  });

  it("of das2.3 are tables of waveforms in other forms, and lines in bins", async () => {
    const csv = text(await ask("snapshots", "&format=csv"));
    expect(csv).toMatch(/00:00:01\S*;5\.\S+;6\.\S+;7\.\S+;8\./);
    const das3 = text(await ask("snapshots", "&format=das3"));
    expect(das3).toMatch(/use="offset"[^>]*units="ms"|units="ms"[^>]*use="offset"/);
    // Means of half a second: of two samples each.
    const { rows } = decodeStream((await ask("snapshots", "&resolution=0.5")).body);
    expect(rows.map(({ values }) => values[1]?.[0])).toEqual([1.5, 3.5, 5.5, 7.5]);
  });

  it("of das3 with records of varying length are passed on, and read for das2", async () => {
    const own = await ask("ragged");
    // From its first definition on nothing is touched.
    const from = (all: string): string => all.slice(all.indexOf("|Hx|"));
    expect(from(text(own))).toBe(from(RAGGED));
    expect(header(own, "Content-Type")).toBe("application/vnd.das.stream");
    const das2 = decodeStream((await ask("ragged", "&format=das2")).body);
    expect(das2.rows.map(({ values }) => values[1])).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(das2.packets.map(({ planes }) => planes[1]?.yTags)).toEqual([
      { kind: "interval", interval: 5, min: 10 },
      { kind: "interval", interval: 5, min: 10 },
    ]);
    expect(text(await ask("ragged", "&format=das2"))).toContain("mode: left out");
  });
});
