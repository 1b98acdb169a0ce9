import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { parquetMetadata } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource, openFitsFile } from "../../fits/index.js";
import { CASE_SITE } from "../support/case-site.js";
import { toDas2 } from "../support/das3-streams.js";
import { type LiveServer, liveServer } from "../support/live-server.js";
import { rawRequest } from "../support/raw-http.js";
import { decodeStream } from "../support/run-stream.js";

const SHIPPED = join(import.meta.dirname, "../../dsdf/sources");
/** A minute of the random walk: one value a second, as its reader says. */
const MINUTE = "dataset=Examples/Random&start_time=2021-06-30T12:00&end_time=2021-06-30T12:01";

let shipped: LiveServer;
let cases: LiveServer;
beforeAll(async () => {
  shipped = await liveServer({ HELIOSTREAM_DSDF_ROOT: SHIPPED });
  cases = await liveServer({});
});
afterAll(async () => {
  await shipped.close();
  await cases.close();
});

const ask = (server: LiveServer, query: string, method = "GET") =>
  rawRequest(server.port, { target: `/das/server?${query}`, method });

const header = ({ headers }: Awaited<ReturnType<typeof ask>>, name: string) =>
  headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

describe("forms of an answer", () => {
  it("are a table of all records", async () => {
    const arrow = await ask(shipped, `server=dataset&${MINUTE}&format=ARROW`);
    expect(header(arrow, "Content-Type")).toBe("application/vnd.apache.arrow.stream");
    expect(tableFromIPC(arrow.body).numRows).toBe(60);
    const parquet = await ask(shipped, `server=dataset&${MINUTE}&format=parquet`);
    expect(header(parquet, "Content-Disposition")).toMatch(/^attachment; filename="Random_.*\.parquet"$/);
    expect(parquetMetadata(Uint8Array.from(parquet.body).buffer).num_rows).toBe(60n);
    const fits = await ask(shipped, `server=dataset&${MINUTE}&format=fits`);
    const { hdus } = await openFitsFile(memorySource(fits.body));
    expect(hdus[1]?.header.get("NAXIS2")).toMatchObject({ value: 60 });
  });

  it.each(["server=image", "server=dataset&format=png"])("are a picture: %s", async (query) => {
    const answer = await ask(shipped, `${query}&${MINUTE}&format.width=400&format.height=300`);
    expect([answer.status, header(answer, "Content-Type")]).toEqual([200, "image/png"]);
    expect([answer.body.readUInt32BE(16), answer.body.readUInt32BE(20)]).toEqual([400, 300]);
  });

  it("that are pictures are empty ones where nothing is valid", async () => {
    const range = "dataset=Demo/Limited&start_time=2021-08-01&end_time=2021-08-02";
    const answer = await ask(cases, `server=image&${range}`);
    expect([answer.status, answer.body.subarray(1, 4).toString()]).toEqual([200, "PNG"]);
  });

  it("are a das3 document, asked for by either interface", async () => {
    const answer = await ask(shipped, `server=dataset&${MINUTE}&format=das3-xml`);
    expect(header(answer, "Content-Type")).toBe("application/vnd.das.doc+xml");
    expect(header(answer, "Content-Disposition")).toMatch(/^inline; filename="Random_.*\.d3x"$/);
    const document = answer.body.toString();
    expect(document).toMatch(/^<\?xml .*<\/stream>\n$/s);
    const values = [...document.matchAll(/<d id="1">([^;]*);/g)].map(([, time]) => time);
    expect(values).toHaveLength(60);
    // Read again, it is the das2 text that the server gives.
    const text = await ask(shipped, `server=dataset&${MINUTE}&format=das2-text`);
    const rows = (bytes: Uint8Array) => decodeStream(bytes).rows.map((row) => row.values);
    expect(rows(toDas2(answer.body))).toEqual(rows(text.body));
  });

  it("that are tables are not found where nothing is valid", async () => {
    for (const format of ["arrow", "parquet", "fits", "das3-xml"]) {
      const range = "dataset=Demo/Limited&start_time=2021-08-01&end_time=2021-08-02";
      expect((await ask(cases, `server=dataset&${range}&format=${format}`)).status, format).toBe(404);
    }
  });

  it("are refused by a word that names none, with those that do, and no echo of markup", async () => {
    for (const word of ["exe", "%3Cscript%3E", "__proto__", "arrow%20", "csv;ls", "x".repeat(500)]) {
      const answer = await ask(shipped, `server=dataset&${MINUTE}&format=${word}`);
      const text = answer.body.toString();
      expect(answer.status, word).toBe(400);
      expect(text).toContain("hapi-json");
      expect(text).not.toContain("<script>");
      expect(text.length).toBeLessThan(700);
    }
  });

  it("that are made at the end fail as a whole, others are cut off", async () => {
    const failing = `server=dataset&dataset=Demo/FailsLate&start_time=2021-06-30&end_time=2021-07-01`;
    for (const format of ["fits", "png"]) {
      const answer = await ask(cases, `${failing}&format=${format}`);
      expect(answer.status, format).toBe(500);
      expect(answer.body.toString()).not.toContain(CASE_SITE);
    }
    for (const format of ["arrow", "parquet", "das3-xml"]) {
      const answer = await ask(cases, `${failing}&format=${format}`);
      expect(answer.status === 500 || !answer.whole, format).toBe(true);
    }
  });
});
