import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { liveRoom } from "../../cgi/live/live-room.js";
import type { RequestRecord } from "../../cgi/log/record.js";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { Program } from "../../stream/program.js";
import { caseConfig } from "./case-site.js";

/** 2000-01-01T00:00:00 in milliseconds since 1970. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** A server with live sources whose clock stands until it is set. */
export interface LiveSite {
  readonly server: RunningServer;
  readonly port: number;
  readonly records: readonly RequestRecord[];
  /** Seconds since 2000. */
  clock: number;
  define(id: string, ...lines: readonly string[]): void;
  /** Takes a definition away. */
  remove(id: string): void;
  /** URL of the live stream of a source. */
  url(id: string, words?: Readonly<Record<string, string>>): string;
  /** URL of anything below the server. */
  http(path: string): string;
  /** Has readers asked at once, whoever waits. */
  ring(): void;
  /** Resolves with the first record of which it is true. */
  record(wanted: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  close(graceMs?: number): Promise<void>;
}

/** Opens one; polls come only when it rings, unless settings say otherwise. */
export async function liveSite(options: {
  readonly programs: Readonly<Record<string, Program>>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly clock?: number;
}): Promise<LiveSite> {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-live-"));
  const definitions = join(folder, "definitions");
  mkdirSync(definitions);
  const { config, dispose } = caseConfig({
    HELIOSTREAM_DSDF_ROOT: definitions,
    HELIOSTREAM_CACHE_ROOT: "",
    HELIOSTREAM_LIVE_POLL: "86400",
    ...options.settings,
  });
  const records: RequestRecord[] = [];
  let waiting: {
    readonly wanted: (record: RequestRecord) => boolean;
    readonly resolve: (record: RequestRecord) => void;
  }[] = [];
  let clock = options.clock ?? 1000;
  const server = await startServer(config, {
    now: () => new Date(EPOCH_MS + clock * 1000),
    programs: (name) => {
      const found = options.programs[name];
      return found === undefined ? builtInProgram(name) : Promise.resolve(found);
    },
    log: {
      write(record) {
        records.push(record);
        const ready = waiting.filter(({ wanted }) => wanted(record));
        waiting = waiting.filter((one) => !ready.includes(one));
        for (const { resolve } of ready) resolve(record);
      },
      close: async () => undefined,
    },
  });
  const { host, port } = new URL(server.url);
  return {
    server,
    port: Number(port),
    records,
    get clock() {
      return clock;
    },
    set clock(seconds: number) {
      clock = seconds;
    },
    define(id, ...lines) {
      const file = join(definitions, `${id}.dsdf`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `description = 'Made up'\ndas2Stream = 1\n${lines.join("\n")}\n`);
    },
    remove: (id) => rmSync(join(definitions, `${id}.dsdf`)),
    url: (id, words = {}) =>
      `ws://${host}/das/server/source/${id}/flexRT?${new URLSearchParams(words).toString()}`,
    http: (path) => `${server.url}${path}`,
    ring: () => liveRoom(server.site).ring(),
    record: (wanted) =>
      new Promise((resolve) => {
        const found = records.find(wanted);
        if (found !== undefined) resolve(found);
        else waiting.push({ wanted, resolve });
      }),
    async close(graceMs = 0) {
      await server.close(graceMs);
      dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
