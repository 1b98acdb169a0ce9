import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Request } from "../cgi/http.js";
import { LogIndexes } from "../cgi/log/index/log-indexes.js";
import { dayFile, listFiles } from "../cgi/log/log-files.js";
import { recordLine } from "../cgi/log/log-line.js";
import { openLog } from "../cgi/log/open-log.js";
import { handleLog } from "../cgi/log/viewer.js";
import { makeSite } from "../cgi/make-site.js";
import type { Site } from "../cgi/site.js";
import { loadConfig } from "../config/config.js";
import type { Print } from "./print.js";
import { median } from "./requests.js";

const DAY = "2021-06-30";
const FEW = 10_000;
const MANY = Number(process.env.HELIOSTREAM_BENCH_RECORDS ?? 10_000_000);
const DAY_MS = 86_400_000;
const RUNS = 15;

/** Questions of an operator, as the query string of the page. */
const PAGES: Readonly<Record<string, string>> = {
  "first page": "ip=*",
  failed: "ip=*&outcome=failed",
  "one client": "ip=192.0.2.7",
  "one source": "ip=*&source=Demo/Source9",
  slow: "ip=*&slower=5s",
  "from the cache in part": "ip=*&cache=partial",
  "status 404": "ip=*&status=404",
  text: "ip=*&text=file+is+broken",
  "text that is nowhere": "ip=*&text=nowhere+at+all",
  "an id": "id=bench-7",
  "an id that is nowhere": "id=absent-1",
};

const SOURCES = 50;

/** A line with gaps for id, time and client: making each of ten million by itself would take minutes. */
function pattern(kind: "usual" | "rare", source: number): readonly string[] {
  const isRare = kind === "rare";
  return recordLine({
    id: "@id@",
    time: "@time@",
    pid: 4711,
    client: "@client@",
    method: "GET",
    host: "data.example.org",
    target: `/das/server?server=dataset&dataset=Demo/Source${source}&start_time=2021-06-${10 + (source % 20)}&end_time=2021-07-01`,
    mount: "/das/server",
    query: "dataset",
    userAgent: "Autoplot",
    source: `Demo/Source${source}`,
    stages: [],
    cache: { result: isRare ? "partial" : "hit", blocks: source % 30 },
    status: isRare && source % 2 === 1 ? 404 : 200,
    durationMs: isRare ? 6000 + source : 2 + source,
    bytes: 1000 + source * 777,
    outcome: isRare ? "failed" : "complete",
    ...(isRare ? { code: "READER_FAILED", reason: "the file is broken" } : {}),
  }).split("@");
}

const PATTERNS = {
  usual: Array.from({ length: SOURCES }, (_, source) => pattern("usual", source)),
  rare: Array.from({ length: SOURCES }, (_, source) => pattern("rare", source)),
};

/** Records as a busy server writes them: one in a thousand failed, was slow, came in part from the cache. */
function recordText(n: number, count: number): string {
  const parts = PATTERNS[n % 1000 === 7 ? "rare" : "usual"][(n * 7 + Math.floor(n / 1000)) % SOURCES] ?? [];
  const time = new Date(Date.parse(`${DAY}T00:00:00Z`) + Math.floor((n / count) * DAY_MS)).toISOString();
  const client = `192.0.2.${n % 997 === 7 ? 7 : 10 + (n % 200)}`;
  return `${parts[0]}bench-${n}${parts[2]}${time}${parts[4]}${client}${parts[6]}`;
}

async function writeLog(folder: string, count: number): Promise<void> {
  const file = await open(dayFile(folder, DAY), "w");
  for (let n = 0; n < count; ) {
    const lines: string[] = [];
    for (let k = 0; k < FEW && n < count; k++, n++) lines.push(recordText(n, count));
    await file.write(lines.join(""));
  }
  await file.close();
}

function siteOf(folder: string): Site {
  const config = loadConfig({ env: { HELIOSTREAM_CONFIG: "", HELIOSTREAM_LOG_PATH: folder } });
  return makeSite(config, {
    resident: false,
    authorize: async () => ({ granted: false, realm: "" }),
    log: { write: () => undefined, close: async () => undefined },
  });
}

async function makeIndex(folder: string): Promise<number> {
  const indexes = new LogIndexes(folder);
  const began = performance.now();
  for (const log of await listFiles(folder)) {
    const file = await openLog(log);
    if (file === undefined) continue;
    for (let end = -1; ; ) {
      const known = await indexes.look(log, file, 64 * 1024 * 1024);
      if (known === undefined || known.state.end === end) break;
      end = known.state.end;
    }
    await file.close();
  }
  return performance.now() - began;
}

/** Milliseconds of a page, the median, and the requests on it. */
async function pageTime(site: Site, query: string): Promise<{ readonly ms: number; readonly shown: number }> {
  const request: Request = {
    id: "bench",
    receivedAt: new Date(),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "localhost",
    mount: "/das/log",
    path: "",
    query,
    headers: {},
    peer: "127.0.0.1",
    signal: new AbortController().signal,
  };
  const times: number[] = [];
  let shown = 0;
  for (let n = 0; n < RUNS; n++) {
    const began = performance.now();
    const { status, body } = await handleLog(request, site);
    times.push(performance.now() - began);
    if (status !== 200) throw new Error(`status ${status}`);
    shown =
      Buffer.from(body as Uint8Array)
        .toString("utf8")
        .split('class="story ').length - 1;
  }
  return { ms: median(times), shown };
}

/** Pages of a log of ten million requests of one day, against the same of ten thousand. */
export async function run(print: Print): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-log-"));
  try {
    const sites: Site[] = [];
    for (const [name, count] of [
      ["few", FEW],
      ["many", MANY],
    ] as const) {
      const log = join(folder, name);
      mkdirSync(log);
      await writeLog(log, count);
      const bytes = (await listFiles(log)).reduce((sum, file) => sum + file.bytes, 0);
      const ms = await makeIndex(log);
      print(
        `${count} records, ${(bytes / 1e6).toFixed(0)} MB: indexed in ${(ms / 1000).toFixed(1)} s, ${(bytes / 1e3 / ms).toFixed(0)} MB/s`,
      );
      sites.push(siteOf(log));
    }
    const [few, many] = sites;
    if (few === undefined || many === undefined) return;
    for (const [name, query] of Object.entries(PAGES)) {
      const small = await pageTime(few, query);
      const large = await pageTime(many, query);
      // Of what is rare the longer log has a page full, the shorter one a few.
      const each = large.ms / large.shown / (small.ms / small.shown);
      const ofEach = small.shown === large.shown ? "" : `, ${each.toFixed(2)} for each request shown`;
      print(
        `${name.padEnd(24)} ${small.ms.toFixed(1)} ms (${small.shown}) : ${large.ms.toFixed(1)} ms (${large.shown}) = ${(large.ms / small.ms).toFixed(2)}${ofEach}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
