import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { flexSite, header } from "../support/flex-site.js";

let site: Awaited<ReturnType<typeof flexSite>>;
beforeAll(async () => {
  site = await flexSite({ HELIOSTREAM_USER_PASSWD: join(packageRoot(), "etc/demo-passwd") });
  site.write(
    "dsdf/Demo/Guest.dsdf",
    "description = 'For a guest'\ndas2Stream = 1\nreader = 'synthetic'\nreadAccess = 'USER:guest'\n",
  );
});
afterAll(() => site.close());

const RANGE = "start_time=2021-06-30&end_time=2021-06-30T00:10";
const FIREFOX = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
const GZIP = { "Accept-Encoding": "gzip" };
const JSON_WANTED = { Accept: "application/json" };

const vary = async (path: string, headers: Readonly<Record<string, string>>) => {
  const answer = await site.get(path, { headers });
  // One line, whoever had a part in it.
  expect(answer.headers.filter(([name]) => name === "Vary").length).toBeLessThan(2);
  return header(answer, "Vary");
};

describe("the headers of a request on which an answer depends (RFC 9110, 12.5.5)", () => {
  it.each([
    ["text", "?server=list", "Accept-Encoding"],
    ["a description", "?server=dsdf&dataset=Demo/Pump4", "Accept-Encoding, User-Agent"],
    ["the same by its path", "/source/Demo/Pump4/das2.d2t", "Accept-Encoding, User-Agent"],
    ["a stream of bytes", `?server=dataset&dataset=Demo/Pump4&${RANGE}`, undefined],
    [
      "a stream of text",
      `?server=dataset&dataset=Demo/Pump4&${RANGE}&ascii=1`,
      "Accept-Encoding, User-Agent",
    ],
    ["a page or a node", "/source/Demo/", "Accept, Accept-Encoding"],
    ["a node", "/source/Demo.json", "Accept-Encoding"],
    ["a catalog of HAPI", "/hapi/catalog", "Accept-Encoding"],
    ["a header of HAPI", "/hapi/info?dataset=Demo/Pump4", "Accept-Encoding"],
    ["an error", "?server=dataset", "User-Agent"],
    ["a challenge", `?server=dataset&dataset=Demo/Secret&${RANGE}`, "Authorization, User-Agent"],
    ["an error in JSON", "/source/Demo/Nothing.json", undefined],
  ])("are named for %s, whatever they are", async (_, path, expected) => {
    for (const headers of [{}, GZIP, FIREFOX, { ...FIREFOX, ...GZIP }, JSON_WANTED])
      expect(await vary(path, headers)).toBe(expected);
  });

  it("are named where somebody was let in, as where he was not", async () => {
    const path = `?server=dataset&dataset=Demo/Guest&${RANGE}`;
    const login = { Authorization: `Basic ${Buffer.from("guest:sunspot").toString("base64")}` };
    const answer = await site.get(path, { headers: login });
    expect([answer.status, header(answer, "Vary")]).toEqual([200, "Authorization"]);
    const refused = await site.get(path);
    expect([refused.status, header(refused, "Vary")]).toEqual([401, "Authorization, User-Agent"]);
  });

  it("are named without a body as with it", async () => {
    const path = "?server=dsdf&dataset=Demo/Pump4";
    const [get, head] = [await site.get(path), await site.get(path, { method: "HEAD" })];
    expect(header(head, "Vary")).toBe(header(get, "Vary"));
    const catalog = await site.get("/hapi/catalog", { headers: GZIP });
    const unchanged = await site.get("/hapi/catalog", {
      headers: { "If-None-Match": header(catalog, "ETag") ?? "" },
    });
    expect([unchanged.status, header(unchanged, "Vary")]).toEqual([304, "Accept-Encoding"]);
  });

  it("are all on which these answers depend: without them the same is given", async () => {
    const origin = { Origin: "https://elsewhere.example.org" };
    for (const path of ["?server=list", "/hapi/catalog", `?server=dataset&dataset=Demo/Pump4&${RANGE}`]) {
      const [plain, asked] = [await site.get(path), await site.get(path, { headers: origin })];
      expect(asked.body.equals(plain.body)).toBe(true);
      for (const name of ["Access-Control-Allow-Origin", "Content-Type"])
        expect(header(asked, name)).toBe(header(plain, name));
    }
  });
});
