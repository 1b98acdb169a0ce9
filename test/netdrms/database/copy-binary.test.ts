import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ConnectionPool,
  connectionPool,
  inTransaction,
} from "../../../netdrms/database/connection-pool.js";
import { type CopyBatch, decodeCopy } from "../../../netdrms/database/copy-binary.js";
import type { CopyType } from "../../../netdrms/database/database.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { postgresForTest, testDatabase } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";

const TYPES: readonly CopyType[] = ["int2", "int4", "int8", "float4", "float8", "text", "bool"];

/** Two rows as PostgreSQL's documentation of the format spells them, by hand: (7, "é") and (NULL, ""). */
const BY_HAND = Buffer.concat([
  Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"),
  Buffer.from("00000000" + "00000000", "hex"),
  Buffer.from("0002" + "00000004" + "00000007" + "00000002" + "c3a9", "hex"),
  Buffer.from("0002" + "ffffffff" + "00000000", "hex"),
  Buffer.from("ffff", "hex"),
]);

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    // A piece is re-used by whoever gives it, as sockets do.
    const piece = Buffer.from(bytes.subarray(at, at + size));
    yield piece;
    piece.fill(0xee);
  }
}

async function all(source: AsyncIterable<CopyBatch>): Promise<CopyBatch[]> {
  const batches: CopyBatch[] = [];
  for await (const batch of source) batches.push(batch);
  return batches;
}

describe("binary COPY", () => {
  it("reads the same rows wherever the bytes are cut", async () => {
    for (let size = 1; size <= BY_HAND.length; size++) {
      const [batch, ...more] = await all(decodeCopy(pieces(BY_HAND, size), ["int4", "text"]));
      expect(more).toEqual([]);
      expect(batch!.rows).toBe(2);
      const [numbers, texts] = batch!.columns;
      expect([...numbers!.isNull.subarray(0, 2)]).toEqual([0, 1]);
      expect(numbers!.values[0]).toBe(7);
      expect(texts!.values.slice(0, 2)).toEqual(["é", ""]);
    }
  });

  it("refuses what ends before the trailer, at every byte", async () => {
    for (let length = 0; length < BY_HAND.length; length++) {
      const error = await rejectionOf(() =>
        all(decodeCopy(pieces(BY_HAND.subarray(0, length), 7), ["int4", "text"])),
      );
      expect(error).toMatchObject({ code: "ARCHIVE_FAILED" });
    }
  });

  it("refuses other columns than were asked for, and lengths that are none of the type", async () => {
    for (const types of [["int4"], ["int8", "text"], ["int4", "text", "text"]] as CopyType[][])
      expect(await rejectionOf(() => all(decodeCopy(pieces(BY_HAND, 64), types)))).toMatchObject({
        code: "ARCHIVE_FAILED",
      });
  });

  it("takes no memory for a length that is only claimed", async () => {
    const bytes = Buffer.concat([BY_HAND.subarray(0, 19), Buffer.from("00017fffffff", "hex")]);
    expect(await rejectionOf(() => all(decodeCopy(pieces(bytes, 64), ["text"])))).toMatchObject({
      message: expect.stringContaining("2147483647 bytes"),
    });
  });
});

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("binary COPY of a real database"), () => {
  let pool: ConnectionPool;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await testDatabase();
    drop = database.drop;
    pool = connectionPool({ url: database.url, maxConnections: 2 });
  });
  afterAll(async () => {
    await pool.close();
    await drop();
  });

  it("gives the extremes of every type, NULL apart from 0 and from the empty text", async () => {
    const batches = await inTransaction(pool, { access: "read", statementTimeoutMs: 5000 }, (db) =>
      all(
        decodeCopy(
          db.copyOut(sql`SELECT * FROM (VALUES
            (${param(-32768, "int2")}, ${param(2147483647, "int4")}, ${param(-9223372036854775808n, "int8")},
             ${param(Number.NaN, "float4")}, ${param(Number.NEGATIVE_INFINITY, "float8")}, ${param("Å'\\$1::", "text")}, ${param(true, "bool")}),
            (NULL, 0, 9007199254740993, 0.1::float4, 0.1::float8, '', NULL)) AS v`),
          TYPES,
        ),
      ),
    );
    expect(batches).toHaveLength(1);
    const value = (column: number, row: number) => batches[0]!.columns[column]!.values[row];
    expect(TYPES.map((_, column) => value(column, 0))).toEqual([
      -32768,
      2147483647,
      -9223372036854775808n,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      "Å'\\$1::",
      1,
    ]);
    expect(TYPES.map((_, column) => value(column, 1))).toEqual([
      0,
      0,
      9007199254740993n,
      Math.fround(0.1),
      0.1,
      "",
      0,
    ]);
    expect(batches[0]!.columns.map(({ isNull }) => isNull[1])).toEqual([1, 0, 0, 0, 0, 0, 1]);
  });

  it("gives 100,000 rows in order and in bounded batches", async () => {
    const sizes: number[] = [];
    let next = 0n;
    await inTransaction(pool, { access: "read", statementTimeoutMs: 10_000 }, async (db) => {
      const rows = db.copyOut(sql`SELECT n FROM generate_series(0::int8, ${param(99_999n, "int8")}) AS n`);
      for await (const batch of decodeCopy(rows, ["int8"])) {
        sizes.push(batch.rows);
        for (let row = 0; row < batch.rows; row++)
          if (batch.columns[0]!.values[row] !== next++) throw new Error(`row ${next - 1n} is out of order`);
      }
    });
    expect(next).toBe(100_000n);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
  });
});
