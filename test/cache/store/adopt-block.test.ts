import { mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import type { Level } from "../../../cache/level.js";
import { type AdoptionFault, adoptBlock } from "../../../cache/store/adopt-block.js";
import { hasAdopted } from "../../../cache/store/adopted-mark.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { das2Encoder } from "../../../stream/stream-writer.js";
import { encodeStream, packet } from "../../support/run-stream.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { madeBlock, publish, sha256, stream } from "../support/made-block.js";

/** 2021-06-30; us2000 at its begin, days of 86400 s. */
const DAY = 7851;
const BEGIN = DAY * 86_400e6;

const HEADERS =
  packet("00", '<stream version="2.2"/>\n') +
  packet("01", '<packet>\n  <x type="time23" units="us2000"/>\n  <y type="ascii9" units="V"/>\n</packet>\n');
const RECORD = ":01:2021-06-30T12:00:00.000    12.2\n";
const LATER = ":01:2021-06-30T13:00:00.000    12.3\n";
const NO_DATA = packet("xx", '<exception type="NoDataInInterval" message="none"/>\n');
const COMMENT = packet("xx", '<comment type="log:info" source="a" value="b"/>\n');

let level: Level;
let path: string;

beforeEach(async () => {
  level = levelIn(await emptyFolder());
  path = blockPath(level, DAY);
  await mkdir(dirname(path), { recursive: true });
});

/** Puts bytes where an older server would, and adopts them: the sidecar, or why there is none. */
async function adopt(bytes: string | Uint8Array) {
  await writeFile(path, bytes);
  let fault: AdoptionFault | undefined;
  const sidecar = await adoptBlock(level, DAY, { onFault: (what) => (fault = what) });
  return sidecar ?? fault;
}

describe("a block of an older server", () => {
  test("is adopted when it is whole", async () => {
    const { bytes, facts } = madeBlock(level, DAY, 1440);
    await writeFile(path, bytes);
    await utimes(path, 1_640_000_000, 1_640_000_000);
    const sidecar = await adoptBlock(level, DAY);
    expect(sidecar).toMatchObject({
      adopted: true,
      madeFrom: { kind: "raw" },
      builtAt: "2021-12-20T11:33:20.000Z",
      records: 1440,
      noData: false,
      bytes: bytes.length,
      sha256: sha256(bytes),
      headerBytes: facts.headerBytes,
      flat: true,
      x: { first: BEGIN + 30e6, last: BEGIN + 86_370e6 },
    });
    expect(JSON.parse(await readFile(`${path}.meta.json`, "utf8"))).toEqual(sidecar);
    const block = await openBlock(level, DAY);
    expect(sha256(block!.whole!)).toBe(sha256(bytes));
    expect(await block!.statistics()).toBeUndefined();
  });

  test("is served under the definition under which it was adopted, and no other", async () => {
    await adopt(madeBlock(level, DAY, 10).bytes);
    expect(await openBlock({ ...level, definition: "fedcba9876543210" }, DAY)).toBeUndefined();
  });

  test.each<[string, string | Uint8Array, object]>([
    ["of text", HEADERS + RECORD + LATER, { records: 2, flat: true, headerBytes: HEADERS.length }],
    ["without data", HEADERS + NO_DATA, { records: 0, noData: true, flat: false }],
    ["of headers alone", HEADERS, { records: 0, noData: true, flat: true, headerBytes: HEADERS.length }],
    ["with a comment between", HEADERS + RECORD + COMMENT + LATER, { records: 2, flat: false }],
    [
      "with a comment before",
      HEADERS + COMMENT + RECORD,
      { flat: true, headerBytes: HEADERS.length + COMMENT.length },
    ],
    ["that ends with no data", HEADERS + RECORD + NO_DATA, { records: 1, flat: false }],
    ["out of order", HEADERS + LATER + RECORD, { records: 2, flat: false }],
    ["with its header twice", HEADERS + RECORD + packet("00", '<stream version="2.2"/>\n'), { flat: false }],
    ["with a newline too many", `${HEADERS}\n${RECORD}`, { records: 1, headerBytes: HEADERS.length + 1 }],
    [
      "that is compressed",
      encodeStream(das2Encoder({ compression: "deflate" }), HEADERS + RECORD),
      { records: 1, flat: false },
    ],
  ])("%s is adopted", async (_, bytes, expected) => {
    expect(await adopt(bytes)).toMatchObject(expected);
    const block = await openBlock(level, DAY);
    expect(sha256(block!.whole!)).toBe(sha256(Buffer.from(bytes)));
    expect((await block!.headers()).packets.length).toBe(1);
  });

  test("has no range where its positions do not ascend", async () => {
    expect(await adopt(HEADERS + LATER + RECORD)).not.toHaveProperty("x");
  });

  test.each<[string, AdoptionFault, string | Uint8Array]>([
    ["nothing", "not a stream that is whole", ""],
    ["zeros", "not a stream that is whole", Buffer.alloc(1000)],
    ["what is cut short in a record", "not a stream that is whole", (HEADERS + RECORD).slice(0, -1)],
    ["what is cut short in a header", "not a stream that is whole", HEADERS.slice(0, -1)],
    [
      "records of an id without a header",
      "not a stream that is whole",
      HEADERS + RECORD.replace(":01:", ":02:"),
    ],
    [
      "what fails",
      "ends with an exception",
      HEADERS + RECORD + NO_DATA.replace("NoDataInInterval", "ServerErrorOfIts"),
    ],
    ["a record of the day before", "records outside of its time", stream(["v"], [BEGIN - 1], () => [1])],
    ["a record at its end", "records outside of its time", stream(["v"], [BEGIN + 86_400e6], () => [1])],
    ["a record at no time", "records outside of its time", stream(["v"], [BEGIN, Number.NaN], () => [1])],
    [
      "positions that are no times",
      "not a stream that is whole",
      Buffer.from(stream(["v"], [BEGIN], () => [1]))
        .toString("latin1")
        .replace('"us2000"', '"metres"'),
    ],
  ])("is not adopted if it is %s", async (_, fault, bytes) => {
    expect(await adopt(bytes)).toBe(fault);
    expect(await openBlock(level, DAY)).toBeUndefined();
  });

  test("may begin at the first microsecond, and end before the last is over", async () => {
    const bytes = stream(["v"], [BEGIN, BEGIN + 86_400e6 - 0.125], () => [1]);
    expect(await adopt(bytes)).toMatchObject({ x: { first: BEGIN, last: BEGIN + 86_400e6 - 0.125 } });
  });

  test("that was built anew keeps the sidecar of its build", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 10), false);
    expect(await adopt(madeBlock(level, DAY, 20).bytes)).toBe("has a sidecar");
    expect(await openBlock(level, DAY)).toBeUndefined();
  });

  test("that is not there is not adopted", async () => {
    let fault: AdoptionFault | undefined;
    await adoptBlock(level, DAY + 1, { onFault: (what) => (fault = what) });
    expect(fault).toBe("absent");
  });

  test("is read no further than until somebody wants no more", async () => {
    await writeFile(path, madeBlock(level, DAY, 10).bytes);
    const stop = AbortSignal.abort(new Error("enough"));
    await expect(adoptBlock(level, DAY, { signal: stop })).rejects.toThrow("enough");
  });

  test("of several mebibytes is adopted in pieces", async () => {
    const { bytes, facts } = madeBlock(level, DAY, 200_000);
    expect(await adopt(bytes)).toMatchObject({
      records: 200_000,
      flat: true,
      headerBytes: facts.headerBytes,
      sha256: sha256(bytes),
    });
  });
});

describe("a block that has lost its sidecar", () => {
  test("is not taken for one of an older server where it has a companion", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 10));
    await rm(`${path}.meta.json`);
    let fault: AdoptionFault | undefined;
    expect(await adoptBlock(level, DAY, { onFault: (what) => (fault = what) })).toBeUndefined();
    expect(fault).toBe("has a companion");
    expect(await hasAdopted(level.folder)).toBe(false);
  });

  test("does not keep wider bins from being made of its level where it has no data", async () => {
    await adopt(HEADERS + NO_DATA);
    expect(await hasAdopted(level.folder)).toBe(false);
  });

  test("keeps them from it where it has averages without counts", async () => {
    await adopt(HEADERS + RECORD);
    expect(await hasAdopted(level.folder)).toBe(true);
  });
});
