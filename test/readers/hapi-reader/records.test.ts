import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPlane, readXUs2000 } from "../../../stream/columns.js";
import type { PacketHeader } from "../../../stream/model.js";
import { StreamParser } from "../../../stream/stream-parser.js";
import { checkStream } from "../../support/check-stream.js";
import { type HapiStub, hapiStub } from "../../support/hapi-stub.js";
import { FILL_AT, type Form, goodAnswer, MADE, RECORDS } from "./made-data-set.js";
import { RANGE, readStream } from "./reading.js";

const FILL = -1e31;

/** What a stream says, plane by plane. */
interface Decoded {
  readonly headers: readonly PacketHeader[];
  readonly x: ReadonlyMap<number, readonly number[]>;
  readonly planes: ReadonlyMap<string, readonly number[]>;
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly comments: readonly string[];
  readonly exception: string | undefined;
}

function decode(bytes: Uint8Array): Decoded {
  const parser = new StreamParser();
  const headers: PacketHeader[] = [];
  const x = new Map<number, number[]>();
  const planes = new Map<string, number[]>();
  const texts = new Map<string, string[]>();
  const comments: string[] = [];
  let exception: string | undefined;
  for (const item of [...parser.push(bytes), ...parser.end()]) {
    if (item.kind === "packet") headers.push(item.header);
    if (item.kind === "comment") comments.push(item.comment.value);
    if (item.kind === "exception") exception = item.exception.type;
    if (item.kind !== "data") continue;
    const { header, count, bytes: packets } = item.batch;
    const times = new Float64Array(count);
    readXUs2000(item.batch, times);
    x.set(header.id, [...(x.get(header.id) ?? []), ...times]);
    for (const plane of header.planes.slice(1)) {
      const values = new Float64Array(count * plane.items);
      readPlane(item.batch, plane, values);
      planes.set(plane.name, [...(planes.get(plane.name) ?? []), ...values]);
      if (plane.type.kind !== "ascii") continue;
      for (let i = 0; i < count; i++) {
        const at = i * header.stride + plane.offset;
        const text = Buffer.from(packets.subarray(at, at + plane.type.width))
          .toString("latin1")
          .trim();
        texts.set(plane.name, [...(texts.get(plane.name) ?? []), text]);
      }
    }
  }
  return { headers, x, planes, texts, comments, exception };
}

describe.each(["binary", "csv"] as const)("a data set in %s", (form: Form) => {
  let stub: HapiStub;
  beforeAll(async () => {
    stub = await hapiStub((request) => goodAnswer(request, form));
  });
  afterAll(() => stub.close());

  it("becomes a stream that das2 clients read", async () => {
    expect(checkStream(await readStream(stub.origin, ["--texts", ...RANGE])).packets).toBe(2 * RECORDS);
  });

  it("has the values of the records, and fill where they are missing", async () => {
    const { planes, x, headers } = decode(await readStream(stub.origin, ["--texts", ...RANGE]));
    const orFill = (value: (record: (typeof MADE)[number]) => number): number[] =>
      MADE.map((record, i) => (i === FILL_AT ? FILL : value(record)));
    expect(headers.map(({ planes }) => planes.map(({ name }) => name))).toEqual([
      ["time", "volts", "count_rate", "other", "place", "B_x", "B_y", "B_z"],
      ["time", "flux"],
    ]);
    for (const id of [1, 2]) expect(x.get(id)).toEqual(MADE.map(({ us2000 }) => us2000));
    expect(planes.get("volts")).toEqual(orFill(({ volts }) => volts));
    expect(planes.get("count_rate")).toEqual(orFill(({ count }) => count));
    expect(planes.get("other")).toEqual(
      orFill(({ time }) => (Date.parse(time) + 500 - Date.UTC(2000, 0, 1)) * 1000),
    );
    for (const [i, name] of ["B_x", "B_y", "B_z"].entries())
      expect(planes.get(name)).toEqual(MADE.map(({ field }) => field[i]));
    expect(planes.get("flux")).toEqual(MADE.flatMap(({ flux }) => flux));
  });

  it("has texts where they are wanted, and says that they are missing where not", async () => {
    const wanted = decode(await readStream(stub.origin, ["--texts", ...RANGE]));
    expect(wanted.texts.get("place")).toEqual(MADE.map(({ place }) => place));
    const without = decode(await readStream(stub.origin, RANGE));
    expect(without.comments).toEqual(["place: text, which a das2 stream has no plane for"]);
    expect(without.texts.size).toBe(0);
    await expect(readStream(stub.origin, [...RANGE, "place"])).rejects.toMatchObject({ code: "PEER_FAILED" });
  });

  it("has units, labels, and tags in the middle of its bins", async () => {
    const { headers } = decode(await readStream(stub.origin, RANGE));
    const [line, table] = headers;
    const of = (name: string) => line?.planes.find((plane) => plane.name === name);
    expect(of("volts")).toMatchObject({ units: "V" });
    expect(of("volts")?.properties).toContainEqual({
      name: "yLabel",
      type: "String",
      value: "Voltage!! (V)",
    });
    expect(of("B_y")?.properties).toContainEqual({ name: "yLabel", type: "String", value: "By (nT)" });
    expect(of("other")).toMatchObject({ units: "us2000" });
    expect(table?.planes[1]).toMatchObject({ role: "yscan", yUnits: "keV", units: "1/cm^2" });
    expect(table?.planes[1]?.yTags).toMatchObject({ values: Float64Array.of(1, 4, 10, 22) });
  });

  it("has only the records of the range, also where the server gives more", async () => {
    const begin = "2021-06-30T00:02:00";
    const wide = await hapiStub((request) => {
      request.words.set("start", "2021-06-29T00:00:00Z");
      request.words.set("stop", "2021-07-01T00:00:00Z");
      return goodAnswer(request, form);
    });
    try {
      const { x } = decode(await readStream(wide.origin, [begin, "2021-06-30T00:05:00"]));
      const us = (text: string): number => (Date.parse(text) - Date.UTC(2000, 0, 1)) * 1000;
      expect(x.get(1)).toEqual(
        MADE.map(({ us2000 }) => us2000).filter(
          (t) => t >= us(`${begin}Z`) && t < us("2021-06-30T00:05:00Z"),
        ),
      );
    } finally {
      await wide.close();
    }
  });

  it("without records in the range is no data, not a failure", async () => {
    const { exception } = decode(await readStream(stub.origin, ["2020-01-01", "2020-01-02"]));
    expect(exception).toBe("NoDataInInterval");
  });

  it("gives parameters that the request names, of those that are offered", async () => {
    const names = "B,flux,volts";
    const { headers, planes } = decode(
      await readStream(stub.origin, ["--parameters", names, ...RANGE, "flux", "B"]),
    );
    // In the order of the data set.
    expect(stub.requests.at(-1)?.words.get("parameters")).toBe("B,flux");
    expect(planes.get("B_z")).toEqual(MADE.map(({ field }) => field[2]));
    expect(headers.map(({ planes }) => planes.map(({ name }) => name))).toEqual([
      ["time", "B_x", "B_y", "B_z"],
      ["time", "flux"],
    ]);
    await expect(readStream(stub.origin, ["--parameters", names, ...RANGE, "other"])).rejects.toMatchObject({
      code: "BAD_PARAMETER",
    });
    await expect(readStream(stub.origin, ["--parameters", "none", ...RANGE])).rejects.toMatchObject({
      code: "PEER_FAILED",
    });
  });
});

it("asks servers of version 2 and 3 in their own words", async () => {
  for (const [version, words] of [
    ["2.1", ["id", "time.min", "time.max", "parameters", "format"]],
    ["3.2", ["dataset", "start", "stop", "parameters", "format"]],
  ] as const) {
    const stub = await hapiStub((request) => goodAnswer(request, "binary", version));
    try {
      await readStream(stub.origin, [
        "--texts",
        "--parameters",
        "volts",
        "2020-01-01",
        "2020-01-02T12:00:00.5",
      ]);
      expect(stub.requests.map(({ path }) => path)).toEqual([
        "/hapi/capabilities",
        "/hapi/info",
        "/hapi/data",
      ]);
      const asked = stub.requests[2]?.words;
      expect([...(asked?.keys() ?? [])]).toEqual(words);
      expect(asked?.get(words[1])).toBe("2020-01-01T00:00:00.000Z");
      expect(asked?.get(words[2])).toBe("2020-01-02T12:00:00.500Z");
      expect(asked?.get("format")).toBe("binary");
    } finally {
      await stub.close();
    }
  }
});
