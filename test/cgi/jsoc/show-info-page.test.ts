import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showInfo } from "../../../netdrms/programs/show-info/index.js";
import { runOn } from "../../netdrms/programs/run-program.js";
import { postgresForTest } from "../../support/postgres.js";
import { type FieldArchive, fieldArchive } from "./field-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("show_info of the JSOC web interface (export B1)"), () => {
  let made: FieldArchive;
  beforeAll(async () => {
    made = await fieldArchive();
  });
  afterAll(() => made.end());

  const answer = async (words: Readonly<Record<string, string>>, method: "GET" | "POST" = "GET") => {
    const form = new URLSearchParams(words);
    const url = `${made.server.url}/show_info`;
    const response =
      method === "GET" ? await fetch(`${url}?${form}`) : await fetch(url, { method, body: form });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    return response.text();
  };

  it.each<[words: Readonly<Record<string, string>>, argv: readonly string[]]>([
    [
      { ds: "su_ex.field[]", key: "T_REC,NOTE,DATAMEAN", r: "1" },
      ["su_ex.field[]", "key=T_REC,NOTE,DATAMEAN", "-r"],
    ],
    [{ ds: "su_ex.field", n: "-2", a: "1", k: "1" }, ["su_ex.field", "n=-2", "-ak"]],
    [{ ds: "su_ex.field", l: "1" }, ["su_ex.field", "-l"]],
    [{ ds: "su_ex.field", s: "1" }, ["su_ex.field", "-s"]],
    [{ ds: "su_ex.field", j: "1" }, ["su_ex.field", "-j"]],
    [{ ds: "su_ex.field[]", c: "1", b: "1", q: "0" }, ["su_ex.field[]", "-cb"]],
    [{ ds: "su_ex.field[]", e: "1" }, ["su_ex.field[]", "-e"]],
    [{ ds: "su_ex.field[]", p: "1", A: "1", o: "1", R: "1" }, ["su_ex.field[]", "-PAoR"]],
    [{ ds: "su_ex.field[]", K: "1", i: "1", S: "1", t: "1" }, ["su_ex.field[]", "-KiSt"]],
    [{ h: "1" }, ["-h"]],
  ])("prints what the program prints: %j", async (words, argv) => {
    const { out, status } = await runOn(made.archive, showInfo, argv);
    expect(status).toBe(0);
    expect(await answer(words)).toBe(out);
    expect(await answer(words, "POST")).toBe(out);
  });

  it("finds records by their storage units", async () => {
    expect(await answer({ sunum: made.fieldUnit, key: "CAMERA", r: "1" })).toBe(
      "recnum\tCAMERA\n1\t1\n2\t1\n",
    );
  });

  it("keeps no unit for longer, although p asks for paths", async () => {
    const until = () =>
      made.archive.rows("SELECT effective_date FROM sum_partn_alloc WHERE ds_index = $1", [made.fieldUnit]);
    const before = await until();
    await answer({ ds: "su_ex.field[]", p: "1", DRMS_RETENTION: "30000" });
    expect(await until()).toEqual(before);
  });

  it("takes strings in either kind of quotes, and a backslash as itself", async () => {
    const { out } = await runOn(made.archive, showInfo, ['su_ex.field[? NOTE LIKE "%quoted%" ?]', "-c"]);
    expect(await answer({ ds: "su_ex.field[? NOTE LIKE '%quoted%' ?]", c: "1" })).toBe(out);
    expect(await answer({ ds: "su_ex.field[? NOTE = 'a\\b' ?]", c: "1" })).toBe(
      "0 records match the query\n",
    );
  });

  it("tells what was wrong as the program does, with the place", async () => {
    expect(await answer({ ds: "su_ex.field[2010" })).toMatch(
      /^show_info: a filter that is not closed.*\nsu_ex.field\[2010\n {11}\^+\n$/,
    );
    expect(await answer({ ds: "su_ex.field" })).toMatch(/^show_info: .*names all records of the series/);
    expect(await answer({ ds: "su_ex.none[]" })).toMatch(/^show_info: The archive has no series/);
    expect(await answer({ ds: "@/etc/hostname" })).toMatch(/^show_info: /);
    expect(await answer({})).toMatch(/^show_info: expected a query/);
    expect(await answer({ ds: "su_ex.field[]", n: "1;2" })).toMatch(/^show_info: /);
  });
});
