import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { rawRequest } from "../../support/raw-http.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();
const ID = "JSOC_20260102_007";
const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251));

describe.skipIf(postgres.missing)(postgres.title("files below the download root"), () => {
  let database: TestDatabase;
  let server: JsocServer;
  let root = "";
  /** A stored file of a series that is offered, and of one that is not. */
  let offered = "";
  let closed = "";
  beforeAll(async () => {
    database = await sampleArchive();
    root = mkdtempSync(join(tmpdir(), "heliostream-downloads-"));
    mkdirSync(join(root, ID, "deep"), { recursive: true });
    mkdirSync(join(root, `.${ID}.0123456789ab.part`));
    for (const name of ["a.fits", "deep/b.fits", ".hidden"]) writeFileSync(join(root, ID, name), BYTES);
    writeFileSync(join(root, ID, "index.txt"), "x".repeat(5000));
    writeFileSync(join(root, `.${ID}.0123456789ab.part`, "a.fits"), BYTES);
    writeFileSync(join(root, "outside.fits"), "secret");
    symlinkSync("../outside.fits", join(root, ID, "link.fits"));
    server = await jsocServer(database.url, {
      HELIOSTREAM_EXPORT_ROOT: root,
      HELIOSTREAM_JSOC_SERIES: "* !sample_hmi.m_720s",
    });
    const stored = async (series: string, segment: string): Promise<string> => {
      const rows = await withClient(
        database.url,
        async (client) =>
          (
            await client.query<{ path: string }>(
              `SELECT m.online_loc || '/S' || lpad(r.slotnum::text, 5, '0') || '/${segment}.fits' AS path
               FROM ${series} r JOIN sum_main m ON m.ds_index = r.sunum WHERE m.online_status = 'Y' LIMIT 1`,
            )
          ).rows,
      );
      return rows[0]!.path;
    };
    offered = await stored("sample_hmi.ic_720s", "continuum");
    closed = await stored("sample_hmi.m_720s", "magnetogram");
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await database?.drop();
    if (root !== "") rmSync(root, { recursive: true, force: true });
  });

  const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
    fetch(`${server.url}${path}`, { headers, method });

  it("have a length, a version and a type, and HEAD tells the same without them", async () => {
    const answer = await get(`/export/${ID}/a.fits`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(BYTES);
    const head = await get(`/export/${ID}/a.fits`, {}, "HEAD");
    for (const one of [answer, head]) {
      expect(one.status).toBe(200);
      expect(one.headers.get("content-length")).toBe("1000");
      expect(one.headers.get("accept-ranges")).toBe("bytes");
      expect(one.headers.get("content-type")).toBe("application/fits");
      expect(one.headers.get("content-disposition")).toBe('attachment; filename="a.fits"');
      expect(one.headers.get("etag")).toMatch(/^"[0-9a-z]+-[0-9a-z]+"$/);
    }
    expect(await (await get(`/export/${ID}/deep/b.fits`)).arrayBuffer()).toHaveProperty("byteLength", 1000);
  });

  it.each([
    ["bytes=0-0", 0, 1],
    ["bytes=10-19", 10, 20],
    ["bytes=990-", 990, 1000],
    ["bytes=990-5000", 990, 1000],
    ["bytes=-1", 999, 1000],
    ["bytes=-5000", 0, 1000],
  ])("can be had in part: %s", async (range, begin, end) => {
    const answer = await get(`/export/${ID}/a.fits`, { range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${begin}-${end - 1}/1000`);
    expect(answer.headers.get("content-length")).toBe(String(end - begin));
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(BYTES.subarray(begin, end));
  });

  it.each(["bytes=1000-", "bytes=5000-6000", "bytes=-0"])(
    "say so where there is nothing: %s",
    async (range) => {
      const answer = await get(`/export/${ID}/a.fits`, { range });
      expect(answer.status).toBe(416);
      expect(answer.headers.get("content-range")).toBe("bytes */1000");
      expect(await answer.text()).toBe("");
    },
  );

  it.each(["bytes=5-1", "bytes=a-b", "bytes=", "items=0-1", "bytes=0-1,5-6", "bytes=0-1-2", "bytes=-"])(
    "come whole where a range cannot be read: %s",
    async (range) => {
      const answer = await get(`/export/${ID}/a.fits`, { range });
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(BYTES);
    },
  );

  it("come in part only of the version that the client has the rest of", async () => {
    const { headers } = await get(`/export/${ID}/a.fits`, {}, "HEAD");
    const etag = headers.get("etag")!;
    const date = headers.get("last-modified")!;
    const statusOf = async (condition: string) =>
      (await get(`/export/${ID}/a.fits`, { range: "bytes=5-9", "if-range": condition })).status;
    expect([await statusOf(etag), await statusOf(date)]).toEqual([206, 206]);
    expect([await statusOf('"other"'), await statusOf(`W/${etag}`)]).toEqual([200, 200]);
    expect(await statusOf("Thu, 01 Jan 1970 00:00:00 GMT")).toBe(200);
    expect((await get(`/export/${ID}/a.fits`, { "if-none-match": etag })).status).toBe(304);
  });

  it("go out coded where they are text, without a length that would be wrong", async () => {
    const answer = await get(`/export/${ID}/index.txt`, { "accept-encoding": "gzip" });
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(answer.headers.get("content-length")).toBe(null);
    expect(await answer.text()).toBe("x".repeat(5000));
  });

  it("are stored files of records, byte for byte and in part, in the paths that lists give", async () => {
    const bytes = await readFile(offered);
    expect(Buffer.from(await (await get(offered)).arrayBuffer())).toEqual(bytes);
    const part = await get(offered, { range: "bytes=2880-2889" });
    expect([part.status, part.headers.get("content-range")]).toEqual([
      206,
      `bytes 2880-2889/${bytes.length}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(2880, 2890));
  });

  it("are those alone that the database knows as files of records", async () => {
    const unit = dirname(dirname(offered));
    const slot = dirname(offered);
    const partition = dirname(unit);
    const paths = [
      closed,
      `${unit}/Records.txt`,
      `${slot}/other.fits`,
      `${slot}/`,
      slot,
      `${unit}/S99999/continuum.fits`,
      `${unit}//${offered.slice(unit.length + 1)}`,
      `/elsewhere${offered}`,
      `${partition}/D1/S00000/continuum.fits`,
      `${partition}/D99999999999999999999/S00000/continuum.fits`,
      "/etc/passwd",
      "/etc/D5/passwd",
    ];
    for (const path of paths) expect([path, (await get(path)).status]).toEqual([path, 404]);
  });

  it.each([
    "/export/JSOC_20260102_008/a.fits",
    `/export/${ID}/nothing.fits`,
    `/export/${ID}/.hidden`,
    `/export/${ID}/deep`,
    `/export/${ID}/link.fits`,
    `/export/.${ID}.0123456789ab.part/a.fits`,
    `/export/${ID}/%2E%2E%2Foutside.fits`,
    `/export/${ID}/..%2foutside.fits`,
    `/export/%2e%2e/outside.fits`,
    `/export/${ID}/a.fits%00`,
    `/export/${ID}/a.fits/x`,
    "/export/outside.fits/x",
    "/export//a.fits",
  ])("are no others: %s", async (path) => {
    const target = `/cgi-bin/ajax${path}`;
    const answer = await rawRequest(server.live.port, { target });
    expect([400, 404]).toContain(answer.status);
    const text = answer.body.toString();
    expect(text).not.toContain("secret");
    expect(text).not.toContain(root);
    expect(JSON.parse(text)).toMatchObject({ status: 1, error: expect.any(String) });
  });

  it.skipIf(process.platform !== "linux")("are let go of when a client leaves in the middle", async () => {
    const big = join(root, ID, "big.fits");
    writeFileSync(big, Buffer.alloc(64 << 20));
    const isOpen = () =>
      readdirSync("/proc/self/fd").some((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === big;
        } catch {
          return false; // closed meanwhile
        }
      });
    const answer = await get(`/export/${ID}/big.fits`);
    expect(isOpen()).toBe(true);
    await answer.body!.cancel();
    await vi.waitUntil(() => !isOpen(), { timeout: 5000, interval: 5 });
  });
});
