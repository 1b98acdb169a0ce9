import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenSampleOptions, openSample } from "../../bin/commands/open-sample.js";
import { SampleProgressLine } from "../../bin/commands/sample-progress.js";
import { WORTH_TRYING } from "../../bin/commands/worth-trying.js";
import { packageRoot } from "../../config/package-root.js";
import { SourceTree } from "../../dsdf/tree.js";
import { imagePool } from "../../netdrms/sample/archive/image-pool.js";
import { SMALL_PLAN } from "../../netdrms/sample/archive/observing-plan.js";
import { compareTimes, parseTimeRange } from "../../stream/time.js";
import { postgresForTest } from "../support/postgres.js";
import { withClient } from "../support/test-databases.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("the start of a demo"), () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "heliostream-demo-"));
    await chmod(folder, 0o755); // the server may be of another user
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const options = (write: (text: string) => void): OpenSampleOptions => ({
    env: { HELIOSTREAM_SAMPLE_DIR: folder },
    plan: SMALL_PLAN.map((part) => ({ ...part, slots: part.slots.slice(0, 1) })),
    images: imagePool(0),
    output: { write },
  });

  it("ends at a signal while the archive is made, and leaves no server", async () => {
    const start = await openSample(options(() => void process.emit("SIGHUP", "SIGHUP")));
    expect(start).toEqual({ kind: "stopped" });
    expect(await readdir(join(folder, "server/data"))).not.toContain("postmaster.pid");
  }, 60_000);

  it("makes the archive once and tells how far it is", async () => {
    const told: string[] = [];
    for (const end of [/^sample archive: made, .* \(\d+\.\d s\)\n$/, /^sample archive: there \(/]) {
      told.length = 0;
      const start = await openSample(options((text) => told.push(text)));
      if (start.kind !== "open") throw new Error(start.kind);
      const { rows } = await withClient(start.archive.url, (client) =>
        client.query("SELECT current_user AS who"),
      );
      expect(rows).toEqual([{ who: "sample_reader" }]);
      expect(told.at(-1)).toMatch(end);
      await start.archive.stop();
    }
    expect(told).toHaveLength(1);
  }, 60_000);

  it("goes on without an archive where there is no place for it, and says why", async () => {
    const start = await openSample({ env: { HELIOSTREAM_SAMPLE_DIR: "/dev/null/sample" } });
    expect(start).toMatchObject({
      kind: "missing",
      reason: expect.stringContaining("HELIOSTREAM_SAMPLE_DIR"),
    });
  });
});

describe("the progress of the sample archive", () => {
  const tell = (isTTY: boolean): readonly string[] => {
    const written: string[] = [];
    const line = new SampleProgressLine({ isTTY, write: (text) => written.push(text) });
    for (let done = 0; done <= 100; done++) line.tell({ title: "images", done, all: 100 });
    return written;
  };

  it("is one line of a terminal, written over", () => {
    const written = tell(true);
    expect(written).toHaveLength(101);
    for (const text of written) expect(text).toMatch(/^\r.*sample archive: \d+ % \(images\)$/);
  });

  it("is a line each quarter in a file", () => {
    expect(tell(false).map((text) => text.trimEnd())).toEqual(
      [0, 25, 50, 75, 100].map((percent) => `sample archive: ${percent} % (images)`),
    );
  });
});

describe("what a demo says is worth trying", () => {
  it("asks for sources that ship, within their ranges", async () => {
    const root = join(packageRoot(), "dsdf/sources");
    const tree = new SourceTree({ roots: [root], substitutions: new Map([["DATA_ROOT", "/data"]]) });
    for (const { what, query } of WORTH_TRYING) {
      const asked = new URLSearchParams(query);
      const id = asked.get("dataset");
      if (id === null) continue;
      const source = await tree.find(id);
      expect(source?.problems ?? [], what).toEqual([]);
      const [begin, end] = [asked.get("start_time"), asked.get("end_time")];
      if (begin === null || end === null) continue;
      const range = parseTimeRange(`${begin} to ${end}`);
      const valid = source!.validRange!;
      expect(compareTimes(range.begin, range.end), what).toBeLessThan(0);
      if (valid.end !== "now") expect(compareTimes(range.begin, valid.end), what).toBeLessThan(0);
      expect(compareTimes(valid.begin, range.end), what).toBeLessThan(0);
    }
  });
});
