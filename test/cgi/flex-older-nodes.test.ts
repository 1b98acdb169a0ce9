import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flexSite } from "../support/flex-site.js";
import { decodeStream } from "../support/run-stream.js";

let site: Awaited<ReturnType<typeof flexSite>>;
beforeAll(async () => {
  site = await flexSite({});
});
afterAll(() => site.close());

interface Member {
  readonly TYPE: string;
  readonly URL: readonly string[];
}
interface Source {
  readonly TYPE: string;
  readonly NAME: string;
  readonly SOURCE: {
    readonly ACCESS: readonly { readonly BASE_URL: string; readonly AUTH_REQUIRED: string }[];
    readonly FORMATS: { readonly DEFAULT: { readonly MIME: string; readonly VERSION: string } };
    readonly COORDINATES: { readonly time: { readonly SELECT: object; readonly RANGE: object } };
    readonly QUERY_PARAMS: Readonly<Record<string, Readonly<Record<string, object>>>>;
    readonly QUERY_EXAMPLES: readonly { readonly http_params: Readonly<Record<string, string>> }[];
  };
}

/** What is at an address that the server gave, which this test reaches under another. */
const at = async (url: string) => {
  const { pathname, search } = new URL(url, "http://example.org/das/server/");
  const answer = await site.get(`${pathname.replace(/^\/das\/server/, "")}${search}`);
  return { status: answer.status, body: answer.body };
};
const json = async <T>(url: string): Promise<T> =>
  JSON.parse(Buffer.from((await at(url)).body).toString("utf8")) as T;
const catalog = (url: string) => json<{ TYPE: string; CATALOG: Readonly<Record<string, Member>> }>(url);

describe("nodes of das2.3 (das2-server 8.7)", () => {
  it("lead a client from the top of the catalog to data, by nothing but what they say", async () => {
    const top = await catalog("source/index.json");
    expect(top.TYPE).toBe("DasCatalog");
    const demo = await catalog(top.CATALOG.Demo?.URL[0] ?? "");
    const member = demo.CATALOG.Pump4;
    expect(member?.TYPE).toBe("Das2Source");
    const source = await json<Source>(member?.URL[0] ?? "");
    expect([source.TYPE, source.NAME]).toEqual(["Das2Source", "Pump4"]);
    expect(source.SOURCE.FORMATS.DEFAULT).toEqual({
      MIME: "application/vnd.das2.das2stream",
      VERSION: "2.2",
    });
    expect(source.SOURCE.COORDINATES.time.SELECT).toMatchObject({ MIN: "time.min", MAX: "time.max" });
    expect(source.SOURCE.QUERY_PARAMS.time?.["time.min"]).toMatchObject({
      VAL_TYPE: "isotime",
      REQUIRED: true,
    });
    const [access] = source.SOURCE.ACCESS;
    expect(access?.AUTH_REQUIRED).toBe("no");
    const query = new URLSearchParams(source.SOURCE.QUERY_EXAMPLES[0]?.http_params);
    const data = await at(`${access?.BASE_URL}?${query}`);
    expect(data.status).toBe(200);
    expect(decodeStream(data.body).rows.length).toBeGreaterThan(0);
  });

  it("never say how a reader is called, whoever asks for it", async () => {
    for (const path of [
      "source/Demo/Pump4.json?form=das2.3&internal=1",
      "source/basin/level.json?form=das2.3",
    ]) {
      const text = Buffer.from((await at(path)).body).toString();
      expect(text).toContain('"Das2Source"');
      expect(text).not.toMatch(/_reader|_cmd|\/tmp\/|\brd\b/);
    }
  });

  it("are not found where there is nothing, and are in the form of today without the word", async () => {
    expect((await at("source/Nothing.json?form=das2.3")).status).toBe(404);
    expect((await at("source/Nothing/index.json")).status).toBe(404);
    expect(await json("source/Demo/Pump4.json")).toMatchObject({ type: "SourceSet" });
    expect(await json("source/Demo.json")).toMatchObject({ type: "Catalog" });
    expect(await json("source/Demo.json?form=das2.3")).toMatchObject({ TYPE: "DasCatalog" });
  });

  it("of a protected source say that it asks for a password", async () => {
    expect(await json("source/Demo/Secret.json?form=das2.3")).toMatchObject({
      SOURCE: { ACCESS: [{ AUTH_REQUIRED: "yes" }] },
    });
  });
});
