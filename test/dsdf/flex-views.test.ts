import { describe, expect, it } from "vitest";
import { flexFileName, isoRange, timeRes } from "../../dsdf/flex/file-name.js";
import { httpStreamSource, webSocketSource } from "../../dsdf/flex/http-stream.js";
import { catalogNode, sourceSet } from "../../dsdf/flex/nodes.js";
import { nodesCsv } from "../../dsdf/flex/nodes-csv.js";
import { dataSource } from "../../dsdf/load.js";
import { pipelineTools } from "../../dsdf/tools.js";
import { parseTime } from "../../stream/time.js";

const TOOLS = pipelineTools({
  d2sReducer: "das2_bin_avgsec",
  qdsReducer: undefined,
  d2sToUtf8: "das2_ascii",
  qdsToUtf8: undefined,
  d2sCsvConverter: "das3_csv",
  das1ToDas2: undefined,
});
const FACTS = { server: "https://data.example.org/das/server", tools: TOOLS, tag: "tag:example.org,2021" };

function source(text: string, id = "Demo/Pump4") {
  const head = "description = 'Pump 4 supply voltage'\ndas2Stream = 1\nreader = rd\n";
  return dataSource(id, `/srv/${id}.dsdf`, new TextEncoder().encode(head + text), {
    substitutions: new Map(),
  });
}

/** Values as a client reads them. */
const read = <T = Record<string, unknown>>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;

const PUMP = `techContact = 'Ann Example <ann@example.org>'
validRange = '2020-01-01 to now'
exampleRange_00 = '2021-06-30 to 2021-07-01 | One day'
exampleResolution_00 = 43.2
param_00 = 'raw | As measured'
param_01 = 'slow | One in ten'
data_00 = 'volts | Supply | V'
`;

describe("the definition for path-style clients (das2-server 8.1)", () => {
  it("is that of the specification, for the same source", () => {
    expect(read(httpStreamSource(source(PUMP), FACTS))).toMatchObject({
      type: "HttpStreamSrc",
      version: "0.7",
      label: "Pump4",
      name: "demo_pump4",
      title: "Pump 4 supply voltage",
      uri: "tag:example.org,2021:/demo/pump4",
      contacts: [{ type: "technical", name: "Ann Example", email: "ann@example.org" }],
      protocol: {
        method: "GET",
        convention: "HTTP/1.1",
        baseUrls: ["https://data.example.org/das/server/source/Demo/Pump4/flex"],
        authorization: { required: false },
        httpParams: {
          "read.time.min": { required: true, type: "isotime" },
          "read.time.max": { required: true, type: "isotime" },
          "bin.time.max": { required: false, type: "real", units: "s" },
          "read.opts": {
            required: false,
            type: "FlagSet",
            flagSep: " ",
            flags: { raw: { value: "raw", title: "As measured" }, slow: { value: "slow" } },
          },
          "format.serial": { required: false, type: "enum", enum: ["binary", "text"] },
          "bin.stats": { type: "FlagSet", flagSep: ",", flags: { min: { value: "min" } } },
        },
      },
      interface: {
        coords: {
          time: {
            label: "Time",
            validRange: ["2020-01-01", "now"],
            props: {
              min: { value: null, set: { param: "read.time.min", required: true } },
              res: { units: "s", set: { param: "bin.time.max" } },
              units: { value: "UTC" },
            },
          },
        },
        data: { volts: { label: "volts", title: "Supply", props: { units: { value: "V" } } } },
        formats: {
          das: {
            mimeTypes: expect.arrayContaining([
              "application/vnd.das2.das2stream",
              "text/vnd.das2.das2stream",
            ]),
            props: {
              enabled: {
                xorGroup: "format",
                value: true,
                set: { param: "format.type", pval: "das", value: true },
              },
              serial: { set: { param: "format.serial" } },
            },
          },
        },
        options: {
          props: {
            raw: { type: "boolean", value: false, set: { value: true, param: "read.opts", flag: "raw" } },
          },
        },
        examples: [
          {
            label: "One day",
            settings: {
              "coords/time/props/min": "2021-06-30",
              "coords/time/props/max": "2021-07-01",
              "coords/time/props/res": 43.2,
            },
          },
        ],
      },
    });
  });

  it("has the words of the older version beside, for the deployed Python client", () => {
    const { protocol, interface: face } = read<Record<string, Record<string, unknown>>>(
      httpStreamSource(source(PUMP), FACTS),
    );
    expect(protocol).toMatchObject({
      base_urls: ["https://data.example.org/das/server/source/Demo/Pump4/flex"],
      http_params: { "read.opts": { type: "flag_set", flag_sep: " ", flags: { raw: { value: "raw" } } } },
      examples: {
        example_00: {
          title: "One day",
          http_params: {
            "read.time.min": "2021-06-30",
            "read.time.max": "2021-07-01",
            "bin.time.max": 43.2,
          },
        },
      },
    });
    expect(face?.coordinates).toEqual({
      time: {
        name: "Time",
        minimum: { value: "2021-06-30", set: { param: "read.time.min", required: true } },
        maximum: { value: "2021-07-01", set: { param: "read.time.max", required: true } },
        resolution: { value: 0, units: { value: "s" }, set: { param: "bin.time.max" } },
        units: { value: "UTC" },
      },
    });
  });

  it("offers bins only where there are some, an interval where one is needed, and forms that can be had", () => {
    const names = (text: string) => {
      const { protocol } = read(httpStreamSource(source(text), FACTS)) as {
        protocol: { httpParams: object };
      };
      return Object.keys(protocol.httpParams);
    };
    expect(names("reducer = not_reducible")).not.toContain("bin.time.max");
    expect(names("reducer = pre_reduced")).toContain("bin.time.max");
    expect(names("reducer = pre_reduced")).not.toContain("bin.stats");
    expect(names("requiresInterval = 1")).toEqual(expect.arrayContaining(["read.time.inter"]));
    expect(names("requiresInterval = 1")).not.toContain("bin.time.max");
    expect(names("das2Stream = 0\noutputType = 'application/x-tar | tar'")).toEqual([
      "read.time.min",
      "read.time.max",
    ]);
    expect(names("das2Stream = 0\nqstream = 1")).not.toContain("format.version");
  });

  it("names the realm of a protected source", () => {
    const made = read(
      httpStreamSource(source("readAccess = 'USER:ann'"), { ...FACTS, realm: "Pumps" }),
    ) as Record<string, unknown>;
    expect(made.protocol).toMatchObject({
      authorization: { required: true },
      authentications: [{ method: "HTTP/Basic", realm: "Pumps" }],
    });
  });

  it("tells of live data", () => {
    expect(read(webSocketSource(source("realTime = 1"), FACTS))).toMatchObject({
      type: "WebSocSrc",
      protocol: { baseUrls: ["wss://data.example.org/das/server/source/Demo/Pump4/flexRT"] },
    });
    expect(
      read(webSocketSource(source(""), { ...FACTS, live: "ws://live.example.org:52242/das" })),
    ).toMatchObject({ protocol: { baseUrls: ["ws://live.example.org:52242/das/source/Demo/Pump4/flexRT"] } });
  });
});

describe("catalog nodes (das2-server 8.2)", () => {
  it("name the ways to the data of a source", () => {
    const url = "https://data.example.org/das/server/source/Demo/Pump4";
    expect(read(sourceSet(source("realTime = 1"), FACTS))).toMatchObject({
      type: "SourceSet",
      version: "0.1",
      label: "Pump4",
      catalog: {
        flex: {
          type: "HttpStreamSrc",
          purpose: "primary-stream",
          mime: "application/json",
          urls: [`${url}/flex.json`],
        },
        flexRT: { type: "WebSocSrc", urls: [`${url}/flexRT.json`] },
        das2: { type: "Das2DSDF", mime: "text/vnd.das2.das2stream", urls: [`${url}/das2.d2t`] },
      },
    });
    expect(Object.keys((read(sourceSet(source(""), FACTS)) as Record<string, object>).catalog ?? {})).toEqual(
      ["flex", "das2"],
    );
  });

  it("have keys in lower case, but for one that another has already", () => {
    const member = (id: string) => ({ type: "SourceSet", id }) as const;
    const made = read<{ catalog: Record<string, { urls: string[] }> }>(
      catalogNode("Demo", "Demo", ["Demo/A", "Demo/a", "Demo/B c"].map(member), FACTS),
    );
    expect(Object.entries(made.catalog).map(([key, { urls }]) => [key, urls[0]])).toEqual([
      ["A", "https://data.example.org/das/server/source/Demo/A.json"],
      ["a", "https://data.example.org/das/server/source/Demo/a.json"],
      ["b c", "https://data.example.org/das/server/source/Demo/B%20c.json"],
    ]);
  });
});

describe("the flat listing (das2-server 8.5)", () => {
  it("quotes what is not empty, pads short rows, and has a catalog before its members", () => {
    const row = (localId: string, type: string, provides: string[] = []) => ({
      localId,
      type,
      title: type === "Catalog" ? "" : 'The "pump"',
      url: "u",
      mime: "application/json",
      provides,
    });
    expect(nodesCsv([row("demo/pump4", "SourceSet", ["a/b", "c/d"]), row("demo", "Catalog")])).toBe(
      [
        '"LocalID","Type","Title","URL","Item-MIME","Provides-MIME","Provides-MIME"',
        '"demo","Catalog",,"u","application/json",,',
        '"demo/pump4","SourceSet","The ""pump""","u","application/json","a/b","c/d"',
        "",
      ].join("\r\n"),
    );
  });
});

describe("names of files (das2-server 8.6)", () => {
  it.each([
    ["2021-06-30", "2021-07-01", "_2021-06-30"],
    ["2021-06-30", "2021-07-02", "_2021-06-30_2021-07-02"],
    ["2021-06-30T12:30", "2021-06-30T12:45:10", "_2021-06-30T12-30_2021-06-30T12-45-10"],
    ["2021-06-30T12:00", "2021-07-01T12:00", "_2021-06-30T12-00"],
  ])("write the range %s to %s as %s", (begin, end, expected) => {
    expect(isoRange(parseTime(begin), parseTime(end))).toBe(expected);
  });

  it.each([
    [43.2, "_bin-43.20s"],
    [60, "_bin-60s"],
    [120, "_bin-120s"],
    [121, "_bin-2.02min"],
    [3600, "_bin-60min"],
    [7201, "_bin-2.00hr"],
    [86_400, "_bin-24hr"],
    [259_200, "_bin-3day"],
  ])("write bins of %d s as %s", (seconds, expected) => {
    // 7201 s are 2.0003 hours, whose decimals vanish.
    expect(timeRes("_", seconds)).toBe(expected.replace(/\.00(?=[a-z])/, ""));
  });

  it("hold nothing that could leave a header", () => {
    const day = { begin: parseTime("2021-06-30"), end: parseTime("2021-07-01") };
    expect(flexFileName({ id: "Demo/Pump4", ...day, resolution: 60, params: "raw -x" }, "d2s")).toBe(
      "pump4_2021-06-30_bin-60s__x_raw.d2s",
    );
    expect(flexFileName({ id: 'Demo/a"b\r\nc', ...day, params: '"\r\nx: y' }, "d3t")).toMatch(
      /^[A-Za-z0-9._+-]+$/,
    );
    expect(flexFileName({ id: "x".repeat(300), ...day }, "d2s")).toHaveLength(100);
  });
});
