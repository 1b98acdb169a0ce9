import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CachedSite, cachedSite, dataQuery } from "../support/cached-site.js";

const TEXT = readFileSync(join(import.meta.dirname, "../../docs/described.md"), "utf8");

/** The names in the first column of the table below a heading of that first cell. */
function tableNames(heading: string): string[] {
  const lines = TEXT.split("\n");
  const begin = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const rows = lines.slice(begin + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows
    .slice(0, end)
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

describe("docs/described.md", () => {
  let site: CachedSite;
  beforeAll(() => {
    site = cachedSite();
    site.define(
      "Lab/Noise",
      "reader = 'random'",
      "license = 'https://spdx.org/licenses/CC-BY-4.0'",
      "cacheLevel_00 = '60 s | hourly'",
    );
  });
  afterAll(() => site.close());

  const query = dataQuery("Lab/Noise", "2021-06-30T00:00", "2021-06-30T02:00", { resolution: 60 });

  it("names the properties of a stream; those of archives are tested where they are made", async () => {
    const { bytes } = await site.ask(query);
    const names = [...bytes.toString("latin1", 0, 2000).matchAll(/\b(prov\w+)=/g)].map(([, name]) => name);
    expect(names).toEqual(["provServer", "provSource", "provReader", "provReducer"]);
    const told = tableNames("property");
    expect(told.filter((name) => names.includes(name))).toEqual(names);
    expect(told.filter((name) => !names.includes(name))).toEqual([
      "provFilter",
      "provSeries",
      "provRecords",
      "provTime",
    ]);
  });

  it("names every member of the header", async () => {
    await site.ask(query);
    const field = (await site.ask(query)).header("Heliostream-Provenance") ?? "";
    const members = [...field.matchAll(/(?:^|, )([a-z]+)=/g)].map(([, name]) => name);
    expect(members).toContain("built");
    // Of a source without a filter.
    expect([...members, "filter"].sort()).toEqual(tableNames("member").sort());
    const example = [...TEXT.matchAll(/(?:: |, |,\n {3})([a-z]+)=["@0-9]/g)].map(([, name]) => name);
    expect(example).toEqual(members);
  });

  it("names documents that are there, and a license that is said", async () => {
    for (const path of [
      "/openapi.json",
      "/catalog.jsonld",
      "/source/Lab/Noise/dataset.jsonld",
      "/source/Lab/Noise/",
    ]) {
      expect(TEXT).toContain(path.replace("Lab/Noise", "ID"));
      expect((await site.ask("", { path })).status).toBe(200);
    }
    const answer = await site.ask("", { path: "/source/Lab/Noise/dataset.jsonld" });
    expect(JSON.parse(answer.bytes.toString("utf8"))).toMatchObject({
      license: "https://spdx.org/licenses/CC-BY-4.0",
    });
  });
});
