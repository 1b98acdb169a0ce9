import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CASE_SITE } from "./case-site.js";
import { packet3 } from "./das3-streams.js";
import { liveServer } from "./live-server.js";
import { type RawAnswer, type RawRequest, rawRequest } from "./raw-http.js";

const SYNTHETIC = "das2Stream = 1\nreader = 'synthetic --cadence 1s --planes 2'\n";
const RANGE =
  "validRange = '2020-01-01 to 2030-01-01'\nexampleRange_00 = '2021-06-30 to 2021-07-01 | A day'\n";

/** Definitions of the server of these tests, by id. */
const SOURCES: Readonly<Record<string, string>> = {
  _dirinfo_: "description = 'All sources'\n",
  "Demo/_dirinfo_": "description = 'Pumps & more'\n",
  "Demo/Pump4": `description = 'Pump 4 <supply>'\n${SYNTHETIC}${RANGE}param_00 = 'gaps | Gaps'\nparam_01 = 'fills | Fill'\n`,
  "Demo/Live": `description = 'Goes on'\nrealTime = 1\n${SYNTHETIC}${RANGE}`,
  // Its own words are placed, so that the last program gets none.
  "Demo/Third":
    "description = 'In das3'\ndas3Stream = 1\nreader = 'synthetic --cadence 1s --planes 1 #[read.time.min] #[read.time.max] | das3_from_das2'\n" +
    RANGE,
  "Demo/FailsLate": "description = 'Fails'\ndas2Stream = 1\nreader = 'fail-late'\nreducer = not_reducible\n",
  "Demo/FailsEarly":
    "description = 'Fails at once'\ndas2Stream = 1\nreader = 'fail-early'\nreducer = not_reducible\n",
  "Demo/Late3": "description = 'Fails in das3'\ndas3Stream = 1\nreader = 'give-half-das3'\n",
  "Demo/Secret": `description = 'For one user'\n${SYNTHETIC}readAccess = 'USER:ada'\nsecurityRealm = 'Pump room'\n`,
  "Demo/Moved": "description = 'Has a new id'\nrename = 'Demo/Pump4'\n",
  "Demo/Named": `description = 'Has another id there'\nlocalId = 'pumps/named'\n${SYNTHETIC}`,
  "Demo/flex": `description = 'Has the name of a view'\n${SYNTHETIC}`,
  "Demo/Broken": "description = 'x'\ndas2Stream = 1\nreader = 'a; b'\n",
};

/** A dasFlex definition whose commands are programs that ship here. */
const INTERNAL = {
  parameters: {
    translate: {
      das2: { start_time: "read.time.min", end_time: "read.time.max", kind: "read.opts", server: null },
    },
    defaults: { das2: { "format.type": "das" }, flex: { "format.type": "das" } },
  },
  files: {
    baseName: [
      { function: "echo", args: ["level"] },
      { function: "isorange", args: ["#[read.time.min]", "#[read.time.max]"] },
      { function: "timeres", args: ["_", "#[bin.time.max#@#]"] },
    ],
  },
  commands: [
    {
      label: "Reader",
      order: 1,
      output: { type: "das", version: "2" },
      template:
        "synthetic --cadence 1s #[planes # --planes @ # --planes 1 ] #[read.time.min] #[read.time.max] #[read.opts # @ # ]",
    },
    {
      label: "Reducer",
      order: 20,
      input: { type: "das", version: "2" },
      output: { type: "das", version: "2" },
      template: "das2_bin_avgsec -b #[read.time.min] #[bin.time.max]",
      triggers: [{ key: "bin.time.max", value: 0, compare: "gt" }],
    },
    {
      label: "CSV",
      order: 30,
      input: { type: "das" },
      output: { type: "csv" },
      template: "das3_csv -s 0 #[format.sigdigit # -r @ # ]",
      activation: [{ key: "format.type", value: "csv" }],
    },
    {
      label: "das3",
      order: 30,
      input: { type: "das" },
      output: { type: "das", version: "3" },
      template: "das3_from_das2",
      activation: [{ key: "format.version", value: "3" }],
    },
  ],
};

/** The public half of that definition, made for another server. */
const FLEX = {
  type: "HttpStreamSrc",
  version: "0.7",
  title: "Level of the basin",
  protocol: { baseUrls: ["https://old.example.org/das/server/source/basin/level/flex"], httpParams: {} },
  interface: { coords: { time: { validRange: ["2021-01-01", "2022-01-01"] } } },
};

/** Descriptions of the same source for other interfaces. */
export const HAPI_INFO = '{"HAPI":"2.0","parameters":[{"name":"Time"}]}\n';
export const VO_SERVICE = '<?xml version="1.0"?>\n<service name="level"/>\n';

/** A das3 stream that breaks off in the middle of its second record. */
const HALF = [
  packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>'),
  packet3(
    "Hx",
    "1",
    '<dataset name="d" rank="1" index="*"><coord physDim="time"><scalar units="UTC" semantic="datetime" index="*">' +
      '<packet numItems="1" itemBytes="24" encoding="utf8"/></scalar></coord><data physDim="Y"><scalar units="V" ' +
      'semantic="real" index="*"><packet numItems="1" itemBytes="8" encoding="utf8"/></scalar></data></dataset>',
  ),
  packet3("Pd", "1", "2021-06-30T12:00:00.000   12.25\n"),
  "|Pd|1|32|2021",
].join("");

/** A live server of these definitions. */
export async function flexSite(settings: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-flex-"));
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode });
  };
  for (const [id, text] of Object.entries(SOURCES)) write(`dsdf/${id}.dsdf`, text);
  write("flex/root/basin/level/internal.json", JSON.stringify(INTERNAL));
  write("flex/root/basin/level/flex.json", JSON.stringify(FLEX));
  write("flex/root/basin/level/hapi2.json", HAPI_INFO);
  write("flex/root/basin/level/voservice.xml", VO_SERVICE);
  write(
    "flex/root/basin/closed/internal.json",
    JSON.stringify({
      ...INTERNAL,
      authorization: { user_is: ["ada"] },
      authentication: { securityRealm: "Basin" },
    }),
  );
  write(
    "flex/root/basin/shell/internal.json",
    JSON.stringify({ commands: [{ order: 1, template: "rd; id" }] }),
  );
  write("programs/half.d3b", HALF);
  write("programs/give-half-das3", '#!/bin/sh\ncat "$(dirname "$0")/half.d3b"\nexit 3\n', 0o755);
  const live = await liveServer({
    HELIOSTREAM_DSDF_ROOT: join(folder, "dsdf"),
    HELIOSTREAM_DATASRC_ROOT: join(folder, "flex"),
    HELIOSTREAM_SITE_CATALOG_TAG: "tag:example.org,2021:",
    HELIOSTREAM_BIN_PATH: [
      join(folder, "programs"),
      join(CASE_SITE, "programs"),
      dirname(process.execPath),
    ].join(":"),
    ...settings,
  });
  return {
    folder,
    url: `http://127.0.0.1:${live.port}/das/server`,
    /** What comes for a path below the server. */
    get: (path: string, request: Omit<RawRequest, "target"> = {}): Promise<RawAnswer> =>
      rawRequest(live.port, { ...request, target: `/das/server${path}` }),
    write,
    async close() {
      await live.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A header of an answer. */
export function header({ headers }: RawAnswer, name: string): string | undefined {
  return headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1];
}
