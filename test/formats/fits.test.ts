import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { memorySource, openFitsFile, openTable, verifySums } from "../../fits/index.js";
import { FitsEncoder, fits } from "../../formats/fits/fits.js";
import { Spool } from "../../formats/spool.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import { REAL8 } from "../../stream/value-type.js";
import { TEST_CONTEXT } from "../support/run-stream.js";
import { broken, encoded, FAILURE, HOSTILE, NO_DATA, tableItems } from "../support/table-streams.js";

const open = () => fits.open([], TEST_CONTEXT);

async function read(bytes: Uint8Array) {
  const file = await openFitsFile(memorySource(bytes));
  return { file, hdus: file.hdus };
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-fits-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether `python3` of the system has astropy. */
const astropy = (() => {
  try {
    execFileSync("/usr/bin/python3", ["-c", "import astropy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe("FITS tables", () => {
  it("hold times as text of UTC, reals with fill as NaN, and the tags in a table of their own", async () => {
    const { file, hdus } = await read(encoded(open(), tableItems(1000)));
    expect(hdus.map(({ header }) => header.text("EXTNAME"))).toEqual([undefined, "PACKET_1", "TAGS_1"]);
    const table = openTable(file, hdus[1]!);
    const [time, volts, amps, scan] = table.columns;
    expect(hdus[1]!.header.get("NAXIS2")).toMatchObject({ value: 1000 });
    expect(await table.read(time!, { first: 998, count: 2 })).toEqual([
      "2021-06-30T12:16:38.000000",
      "2021-06-30T12:16:39.000000",
    ]);
    expect([...((await table.read(volts!, { count: 4 })) as Float32Array)]).toEqual([0, 1, Number.NaN, 3]);
    expect([...((await table.read(amps!, { count: 3 })) as Float64Array)]).toEqual([0, 0.25, 0.5]);
    expect([...((await table.read(scan!, { first: 1, count: 1 })) as Float32Array)]).toEqual([
      10,
      11,
      Number.NaN,
    ]);
    const tags = openTable(file, hdus[2]!);
    expect([...((await tags.read(tags.columns[0]!)) as Float64Array)]).toEqual([10, 100, 1000]);
    expect(hdus[1]!.header.text("TTAGS4")).toBe("TAGS_1");
    expect(hdus[1]!.header.text("TCTYP1")).toBe("UTC");
  });

  it("have right checksums", async () => {
    const { file, hdus } = await read(encoded(open(), tableItems(777)));
    for (const hdu of hdus)
      expect(await verifySums(file, hdu)).toEqual({ datasum: "right", checksum: "right" });
  });

  it.skipIf(!astropy)("are read by astropy as they were meant", () => {
    const path = join(folder, "table.fits");
    writeFileSync(path, encoded(open(), tableItems(12)));
    const script = [
      "import sys, json",
      "from astropy.io import fits",
      "from astropy.table import Table",
      "h = fits.open(sys.argv[1], checksum=True)",
      "h.verify('exception')",
      "t = Table.read(sys.argv[1], hdu=1, astropy_native=True)",
      "print(json.dumps([t['time'].isot[-1], t['time'].scale, str(t['volts'].unit), float(t['amps'][-1]), list(map(float, t['scan'][3][:2])), bool(t['volts'].mask[2])]))",
    ].join("\n");
    const told: unknown = JSON.parse(
      execFileSync("/usr/bin/python3", ["-W", "ignore", "-c", script, path], { encoding: "utf8" }),
    );
    expect(told).toEqual(["2021-06-30T12:00:11.000000", "utc", "V", 2.75, [30, 31], true]);
  });

  it("keep their rows on the disk where they are many, and leave nothing there", async () => {
    const own = mkdtempSync(join(folder, "spool-"));
    const encoder = new FitsEncoder(new Spool(own));
    const items = tableItems(50_000);
    for (let n = 0; n < 4; n++) for (const item of n === 0 ? items : items.slice(2)) encoder.push(item);
    encoder.end();
    const pieces = [...encoder.rest()];
    encoder.close();
    // Pieces are asked for one by one; none is the whole.
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(1 << 18);
    const { file, hdus } = await read(Buffer.concat(pieces));
    const table = openTable(file, hdus[1]!);
    const amps = (await table.read(table.columns[2]!)) as Float64Array;
    expect(amps).toHaveLength(200_000);
    expect([amps[49_999], amps[50_000], amps[199_999]]).toEqual([49_999 / 4, 0, 49_999 / 4]);
    expect(readdirSync(own)).toEqual([]);
  });

  it("have a limit", () => {
    const encoder = new FitsEncoder(new Spool(folder, 1 << 20));
    expect(isDasError(broken(encoder, tableItems(50_000)).error, "OUTPUT_LIMIT")).toBe(true);
  });

  it("are one for each packet type and layout", async () => {
    const other = packetHeader({
      id: 2,
      planes: [xPlane({ type: REAL8, units: "us2000" }), yPlane({ name: "v", type: REAL8, units: "" })],
    });
    const again = { ...other, id: 1 };
    const items = tableItems(5);
    const { hdus } = await read(
      encoded(open(), [
        ...items,
        { kind: "packet", header: other },
        { kind: "packet", header: again },
        ...items.slice(1),
      ]),
    );
    const named = hdus
      .slice(1)
      .map(({ header }) => [header.text("EXTNAME"), header.get("EXTVER"), header.get("NAXIS2")]);
    expect(named).toMatchObject([
      ["PACKET_1", undefined, { value: 10 }],
      ["TAGS_1", undefined, { value: 3 }],
      ["PACKET_2", undefined, { value: 0 }],
      ["PACKET_1", { value: 2 }, { value: 0 }],
    ]);
  });

  it("have no rows where none come, are nothing where no packets are defined, and nothing where the stream fails", async () => {
    const [head, definition] = tableItems(0);
    const { hdus } = await read(encoded(open(), [head!, definition!, NO_DATA]));
    expect(hdus[1]?.header.get("NAXIS2")).toMatchObject({ value: 0 });
    expect(encoded(open(), [head!, NO_DATA])).toHaveLength(0);
    const { bytes, error } = broken(open(), [...tableItems(100), FAILURE]);
    expect([bytes.length, isDasError(error, "DOMAIN")]).toEqual([0, true]);
  });

  it("write hostile labels in the characters of FITS", async () => {
    for (const text of HOSTILE) {
      const { file, hdus } = await read(encoded(open(), tableItems(2, text)));
      expect(hdus).toHaveLength(3);
      const label = hdus[1]!.header.text("TCOMM2") ?? "";
      expect(label).toMatch(/^[\x20-\x7e]*$/);
      expect(label.length).toBeGreaterThan(0);
      expect(await verifySums(file, hdus[1]!)).toEqual({ datasum: "right", checksum: "right" });
    }
  });
});
