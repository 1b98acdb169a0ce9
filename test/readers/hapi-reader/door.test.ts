import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { yTagValues } from "../../../stream/packet-header.js";
import { cachedSite, dataQuery } from "../../support/cached-site.js";
import { hapiSite } from "../../support/hapi-site.js";
import { type Listening, listening } from "../../support/listening.js";
import { madeReader } from "../../support/made-reader.js";
import { readerBytes } from "../../support/run-reader.js";
import { decodeStream } from "../../support/run-stream.js";

const made = madeReader({ name: "made", stepSeconds: 600, gives: "scalars" });
const { server, close } = hapiSite({ programs: { made: made.program } });
const EXAMPLE = ["validRange = '2020-01-01 to 2025-01-01'", "exampleRange_00 = '2021-06-01 to 2021-06-02'"];
server.define("Scalars", "reader = made", ...EXAMPLE);
server.define("Spectra", "reader = 'synthetic --cadence 10s --channels 16'", ...EXAMPLE);

describe("our own way in for clients of HAPI", () => {
  let door: Listening;
  beforeAll(async () => {
    door = await listening(server.site);
  });
  afterAll(async () => {
    await door.close();
    await close();
  });

  const origin = () => `http://127.0.0.1:${door.port}`;
  const read = async (dataset: string, format: string, begin: string, end: string) => {
    const context = {
      signal: new AbortController().signal,
      log: () => undefined,
      env: { HELIOSTREAM_HAPI_PEERS: origin() },
    };
    const args = [
      "--server",
      `${origin()}/das/server/hapi`,
      "--dataset",
      dataset,
      "--format",
      format,
      begin,
      end,
    ];
    return decodeStream(await readerBytes("hapi-reader", args, context));
  };

  /** The text of a value of 32 bits has no more digits than it needs. */
  const same = ([time, ...values]: readonly (readonly number[])[]) => [
    time,
    ...values.map((of) => of.map(Math.fround)),
  ];

  it.each(["binary", "csv"])("gives the same values again by way of %s", async (format) => {
    const { rows } = await read("Scalars", format, "2021-06-01", "2021-06-03");
    const direct = await server.ask(dataQuery("Scalars", "2021-06-01", "2021-06-03"));
    expect(rows).toHaveLength(288);
    expect(rows.map(({ values }) => same(values))).toEqual(
      decodeStream(direct.bytes).rows.map(({ values }) => values),
    );
  });

  it.each(["binary", "csv"])("gives tables with their tags again by way of %s", async (format) => {
    const range = ["2021-06-01T00:00:00", "2021-06-01T01:00:00"] as const;
    const again = await read("Spectra", format, ...range);
    const first = decodeStream(
      await readerBytes("synthetic", ["--cadence", "10s", "--channels", "16", ...range]),
    );
    expect(first.rows.length).toBe(360);
    expect(again.rows.map(({ values }) => same(values))).toEqual(first.rows.map(({ values }) => values));
    const [table, source] = [again, first].map(({ packets }) => packets[0]!.planes[1]!);
    expect(table).toMatchObject({ role: "yscan", units: source?.units, yUnits: source?.yUnits, items: 16 });
    expect([...yTagValues(table!)]).toEqual([...yTagValues(source!)]);
  });

  it("is a source of another server, which lists it, and reduces what comes", async () => {
    const other = cachedSite({ settings: { HELIOSTREAM_HAPI_PEERS: origin() } });
    const stranger = cachedSite({ definitions: other.definitions });
    try {
      other.define(
        "Away",
        `reader = 'hapi-reader --server ${origin()}/das/server/hapi --dataset Scalars'`,
        "validRange = '2020-01-01 to 2025-01-01'",
      );
      const query = dataQuery("Away", "2021-06-01", "2021-06-03", { resolution: 7200 });
      const answer = await other.ask(query);
      expect(decodeStream(answer.bytes).rows).toHaveLength(24);
      expect(answer.record.outcome).toBe("complete");
      const refused = decodeStream((await stranger.ask(query)).bytes);
      expect(refused.rows).toEqual([]);
      expect(refused.exceptions[0]?.message).toContain(`HAPI_PEERS does not list ${origin()}`);
    } finally {
      await other.close();
      await stranger.close();
    }
  });
});
