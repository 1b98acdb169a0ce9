import { afterAll, describe, expect, it } from "vitest";
import { hapiSite, json } from "../../support/hapi-site.js";
import { madeReader } from "../../support/made-reader.js";

const reader = madeReader({ name: "made", stepSeconds: 600.25 });
const { server, ask, close } = hapiSite({ programs: { made: reader.program } });
afterAll(() => close());

const LINES = [
  "reader = made",
  "validRange = '2020-01-01 to 2025-01-01'",
  "exampleRange_00 = '2021-06-01 to 2021-06-02'",
];
const FILES = ["das2Stream = 0", "outputType = 'text/plain | txt'", "reader = give-file"];
server.define("Files", ...FILES);
server.define("Closed", ...FILES, "readAccess = 'GROUP:few'");
server.define("Images", ...LINES, "hapiFile = 'Files'", "subSource_00 = 'hours | Means | 3600'");
server.define("Days", ...LINES, "hapiFile = 'Files | 86400 s'");
for (const [name, value] of [
  ["Bad1", "Files | 0"],
  ["Bad2", "Files | x"],
  ["Bad3", "None"],
  ["Bad4", "Images"],
  ["Bad5", "Closed"],
])
  server.define(name ?? "", ...LINES, `hapiFile = '${value}'`);

const namesOf = async (dataset: string): Promise<readonly string[]> =>
  json(await ask("info", { dataset })).parameters.map(({ name }: { name: string }) => name);

describe("a series with files", () => {
  it("has a column with the URI of the file of each record, relative to a base", async () => {
    const { parameters } = json(await ask("info", { dataset: "Images" }));
    const base = "http://data.example.org/das/server?server=dataset&dataset=Files&";
    expect(parameters[2]).toEqual({
      name: "file",
      type: "string",
      length: 69,
      units: null,
      fill: null,
      description: "Where the file of the record can be had",
      label: "File",
      stringType: { uri: { mediaType: "text/plain", scheme: "http", base } },
    });
    const range = { start: "2021-06-01", stop: "2021-06-01T00:20" };
    const lines = (await ask("data", { dataset: "Images", ...range, parameters: "file" })).bytes.toString();
    const [time, file = ""] = lines.split("\r\n")[0]?.split(",") ?? [];
    // The range holds the time of the record and a millisecond.
    const end = new Date(Date.parse(time ?? "") + 1).toISOString();
    expect(file).toBe(`start_time=${time}&end_time=${end}`);
    expect(file).toHaveLength(69);
    const answer = await server.ask(`${base.split("?")[1]}${file}`);
    expect([answer.status, answer.header("content-type")]).toEqual([200, "text/plain"]);
    const binary = (await ask("data", { dataset: "Images", ...range, format: "binary" })).bytes;
    expect(binary.toString("latin1", 32, 101)).toBe(file);
    const { data } = json(await ask("data", { dataset: "Images", ...range, format: "json" }));
    expect(data[0][2]).toBe(file);
  });

  it("may belong to longer ranges than a record", async () => {
    const answer = await ask("data", {
      dataset: "Days",
      start: "2021-06-01",
      stop: "2021-06-01T00:10",
      parameters: "file",
    });
    const [time, file] = answer.bytes.toString().split("\r\n")[0]?.split(",") ?? [];
    expect(file).toBe(`start_time=${time}&end_time=${time?.replace("06-01", "06-02")}`);
  });

  it("has no such column in means, nor where there is no such source of files for everybody", async () => {
    expect(await namesOf("Images")).toEqual(["Time", "v", "file"]);
    for (const dataset of ["Images,hours", "Bad1", "Bad2", "Bad3", "Bad4", "Bad5"])
      expect(await namesOf(dataset)).toEqual(["Time", "v"]);
  });
});
