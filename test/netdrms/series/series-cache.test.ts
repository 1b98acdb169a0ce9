import { describe, expect, it, vi } from "vitest";
import { DasError } from "../../../errors/das-error.js";
import type { Database } from "../../../netdrms/database/database.js";
import { bind, type Sql } from "../../../netdrms/database/sql.js";
import { BoundedMap } from "../../../netdrms/series/bounded-map.js";
import { SeriesCache, seriesCatalog } from "../../../netdrms/series/series-cache.js";
import { rejectionOf } from "../../support/thrown.js";

/** An archive whose every series is there and has no members; tells how often it was asked for one. */
class CountingArchive implements Database {
  reads = 0;
  failure: Error | undefined;
  /** Resolved before an answer is given. */
  gate: Promise<void> = Promise.resolve();

  async query(statement: Sql) {
    const { text, values } = bind(statement);
    if (text.includes("pg_class")) {
      const [namespaces, tables] = values as [string[], string[]];
      return tables
        .filter((table) => !table.endsWith("_shadow"))
        .map((table, n) => ({
          namespace: namespaces[n]!,
          name: table,
          readable: true,
          columns: ["recnum"],
          types: ["bigint"],
        }));
    }
    this.reads++;
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    const series = values.find((value) => typeof value === "string" && value.includes("."));
    return [
      { kind: "series", fields: JSON.stringify({ seriesname: series, description: `read ${this.reads}` }) },
    ];
  }

  // biome-ignore lint/correctness/useYield: nothing is copied here
  async *copyOut(): AsyncGenerator<Uint8Array> {
    throw new Error("not asked for");
  }
}

describe("kept descriptions of series", () => {
  it("are read once for all who ask at the same time, in any spelling, and later", async () => {
    const archive = new CountingArchive();
    const cache = new SeriesCache();
    const asked = await Promise.all(["a.b", "A.B", "a.B"].map((name) => cache.series(archive, name)));
    const later = await cache.series(archive, "a.b");
    expect(archive.reads).toBe(1);
    expect(new Set([...asked, later]).size).toBe(1);
  });

  it("are read anew after ten minutes", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const archive = new CountingArchive();
      const cache = new SeriesCache();
      const begin = Date.now();
      await cache.series(archive, "a.b");
      vi.setSystemTime(begin + 599_000);
      await cache.series(archive, "a.b");
      expect(archive.reads).toBe(1);
      vi.setSystemTime(begin + 601_000);
      expect((await cache.series(archive, "a.b")).description).toBe("read 2");
    } finally {
      vi.useRealTimers();
    }
  });

  it("are read anew after they were forgotten, one or all", async () => {
    const archive = new CountingArchive();
    const cache = new SeriesCache();
    await cache.series(archive, "a.b");
    await cache.series(archive, "a.c");
    await cache.forget("A.B");
    await cache.series(archive, "a.b");
    await cache.series(archive, "a.c");
    expect(archive.reads).toBe(3);
    await cache.forget();
    await cache.series(archive, "a.c");
    expect(archive.reads).toBe(4);
  });

  it("are not kept if they were forgotten while they were read", async () => {
    const archive = new CountingArchive();
    const cache = new SeriesCache();
    let open = (): void => undefined;
    archive.gate = new Promise((resolve) => {
      open = resolve;
    });
    const asked = cache.series(archive, "a.b");
    await vi.waitUntil(() => archive.reads === 1);
    await cache.forget("a.b");
    open();
    await asked;
    expect((await cache.series(archive, "a.b")).description).toBe("read 2");
  });

  it("are not kept where reading failed", async () => {
    const archive = new CountingArchive();
    const cache = new SeriesCache();
    archive.failure = new DasError("ARCHIVE_AWAY", "gone");
    expect((await rejectionOf(() => cache.series(archive, "a.b"))).message).toBe("gone");
    archive.failure = undefined;
    expect((await cache.series(archive, "a.b")).name).toBe("a.b");
  });

  it("are read by the next who waits when the transaction that read is cancelled", async () => {
    const [cancelled, well] = [new CountingArchive(), new CountingArchive()];
    const cache = new SeriesCache();
    let open = (): void => undefined;
    cancelled.gate = new Promise((resolve) => {
      open = resolve;
    });
    cancelled.failure = new DasError("CANCELLED", "left");
    const first = rejectionOf(() => cache.series(cancelled, "a.b"));
    await vi.waitUntil(() => cancelled.reads === 1);
    const second = cache.series(well, "a.b");
    open();
    expect((await first).message).toBe("left");
    expect((await second).name).toBe("a.b");
    expect([cancelled.reads, well.reads]).toEqual([1, 1]);
  });

  it("leave when there are too many, the least used first", async () => {
    const archive = new CountingArchive();
    const cache = new SeriesCache({ maxSeries: 2 });
    for (const name of ["a.b", "a.c", "a.b", "a.d", "a.b"]) await cache.series(archive, name);
    expect(archive.reads).toBe(3);
    await cache.series(archive, "a.c");
    expect(archive.reads).toBe(4);
  });

  it("stay with a catalog that was given no cache", async () => {
    const archive = new CountingArchive();
    const catalog = seriesCatalog(archive);
    const link = { kind: "static", name: "l", targetSeries: "a.b", description: "", column: "ln_l" } as const;
    expect(await catalog.series("a.b")).toBe(await catalog.target(link));
    expect(archive.reads).toBe(1);
    await seriesCatalog(archive).series("a.b");
    expect(archive.reads).toBe(2);
  });
});

describe("a map of bounded size", () => {
  it("never holds more than it may, and replaces in place", () => {
    const map = new BoundedMap<number, string>(2);
    map.set(1, "a").set(2, "b").set(1, "c").set(3, "d");
    expect([...map]).toEqual([
      [1, "c"],
      [3, "d"],
    ]);
  });
});
