import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { param, sql } from "../../../netdrms/database/sql.js";
import { declareArguments } from "../../../netdrms/module/check-declaration.js";
import { defineModule } from "../../../netdrms/module/module.js";

/** A module of the tests: it writes the numbers that it is given, tells which it sees, and ends as it is told. */
export const probe = defineModule(
  declareArguments({
    name: "probe",
    summary: "writes numbers",
    params: [
      { name: "insert", type: "INTS", default: "[]", about: "numbers to write" },
      { name: "status", type: "INT", default: 0, about: "the exit status" },
      { name: "unit", type: "STRING", optional: true, about: "series of a storage unit to make" },
    ],
    flags: [
      { name: "x", about: "fail with an error" },
      { name: "hang", about: "run a statement that does not end" },
      { name: "copy", about: "read by a copy" },
    ],
  }),
  {
    writes: true,
    async run({ values, database, forWriting, print, log }) {
      for (const n of values.insert) {
        const writing = (await forWriting()).database;
        await writing.query(sql`INSERT INTO su_ex.t VALUES (${param(n, "int8")}, 'probe')`);
      }
      if (values.unit !== undefined) {
        const { units } = await forWriting();
        const unit = await units.allocate({ slots: 1 });
        await writeFile(join(unit.folder, "S00000", "image.fits"), "SIMPLE");
        const kept = [{ unit, recnums: new Map([[0, 1n]]) }];
        await units.keep({ series: values.unit, retentionDays: 5, archive: 0, units: kept });
        await print(`unit ${unit.sunum}\n`);
      }
      if (values.copy) {
        let bytes = 0;
        for await (const piece of database.copyOut(sql`SELECT n FROM su_ex.t`)) bytes += piece.length;
        await print(`copied ${bytes} bytes\n`);
      }
      const rows = await database.query(sql`SELECT n FROM su_ex.t ORDER BY n`);
      await print(`sees ${rows.map(({ n }) => n).join(",")}\n`);
      log("probe was here");
      if (values.hang) await database.query(sql`SELECT pg_sleep(600)`);
      if (values.x) throw new Error("as asked");
      return values.status;
    },
  },
);
