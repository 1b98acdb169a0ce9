import { parseArgs } from "node:util";
import { DasError } from "../../../errors/das-error.js";
import type { Database } from "../../database/database.js";
import { param, sql } from "../../database/sql.js";
import type { NewUnit } from "../allocate.js";
import { listPartitions } from "../partitions.js";
import { MAX_RETENTION_DAYS } from "../put-unit.js";
import { bigintField, textField } from "../row-fields.js";
import { openSession, resumeSession } from "../session.js";
import { readSums } from "../sums-transaction.js";
import { parseSunum } from "../sunum.js";
import { newUnitFolder } from "../unit-path.js";
import { type SumsCommand, sessionOptions, tableOf, wholeNumber } from "./command.js";

/** `sums allocate`: makes a unit that another command puts. */
export const allocate: SumsCommand = {
  name: "allocate",
  summary: "make a storage unit to be filled",
  help: [
    "usage: sums allocate [--bytes N] [--group N] [--slots N] [--sunum N]",
    "",
    "  --bytes N  room that its file system must have (default 100000000)",
    "  --group N  allocation group, which chooses the partition set (default 0)",
    "  --slots N  slot folders to make (default 1)",
    "  --sunum N  number of a unit of another site; default: the next one of this site",
    "",
    "Write its files, then use put, or abandon.",
  ].join("\n"),
  async run(args, context) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        bytes: { type: "string", default: "100000000" },
        group: { type: "string", default: "0" },
        slots: { type: "string", default: "1" },
        sunum: { type: "string" },
      },
    });
    const request = {
      bytes: wholeNumber("bytes", values.bytes, 0, Number.MAX_SAFE_INTEGER),
      group: wholeNumber("group", values.group, 0, 0x7fff_ffff),
      slots: wholeNumber("slots", values.slots, 0, 100_000),
      ...(values.sunum === undefined ? {} : { sunum: parseSunum(values.sunum) }),
    };
    const session = await openSession(sessionOptions(context));
    try {
      const { sunum, folder } = await session.allocate(request);
      await session.leave();
      return tableOf(["sunum", "folder"], [[String(sunum), folder]]);
    } catch (error) {
      await session.rollback();
      throw error;
    }
  },
};

/** `sums put`: keeps a unit that is filled. */
export const put: SumsCommand = {
  name: "put",
  summary: "keep a storage unit that was allocated and filled",
  help: [
    "usage: sums put --series NS.TABLE [--days N] [--group N] [--archive=-1|0|1] [--records SLOT=RECNUM,...] SUNUM",
    "",
    "  --series NS.TABLE  whose unit it is",
    "  --days N           how long it is kept (default 2)",
    "  --group N          allocation group it was made for (default 0)",
    "  --archive=N        1: on tape where there is one; -1: its records are deleted with it (default 0)",
    "  --records LIST     which record is in which slot",
    "",
    "Its files become read-only, and it is on line.",
  ].join("\n"),
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        series: { type: "string" },
        days: { type: "string", default: "2" },
        group: { type: "string", default: "0" },
        archive: { type: "string", default: "0" },
        records: { type: "string", default: "" },
      },
    });
    const { series } = values;
    if (series === undefined)
      throw new DasError("BAD_PARAMETER", "no series given, expected --series NS.TABLE");
    const group = wholeNumber("group", values.group, 0, 0x7fff_ffff);
    const units = {
      series,
      retentionDays: wholeNumber("days", values.days, 0, MAX_RETENTION_DAYS),
      archive: archiveFlag(values.archive),
    };
    const recnums = recordList(values.records);
    const { sumid, unit } = await readSums(context.sums, (sums) =>
      allocatedUnit(sums, onlyUnit(positionals), group),
    );
    const session = await resumeSession(sessionOptions(context), sumid);
    try {
      await session.put([{ ...units, units: [{ unit, recnums }] }]);
      await session.close();
    } finally {
      // What is wrong can be put right and tried again.
      await session.leave();
    }
    return tableOf(["sunum", "folder"], [[String(unit.sunum), unit.folder]]);
  },
};

/** `sums abandon`: removes a unit that was allocated and not put. */
export const abandon: SumsCommand = {
  name: "abandon",
  summary: "remove a storage unit that was allocated and not put",
  help: ["usage: sums abandon SUNUM", "", "Its session ends: no program may be writing in it any more."].join(
    "\n",
  ),
  async run(args, context) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const { sumid, unit } = await readSums(context.sums, (sums) =>
      allocatedUnit(sums, onlyUnit(positionals), 0),
    );
    const session = await resumeSession(sessionOptions(context), sumid);
    await session.close();
    return tableOf(["sunum", "folder"], [[String(unit.sunum), unit.folder]]);
  },
};

function onlyUnit(words: readonly string[]): bigint {
  if (words.length !== 1)
    throw new DasError("BAD_PARAMETER", `${words.length} storage units given, expected one`);
  return parseSunum(words[0]!);
}

function archiveFlag(text: string): -1 | 0 | 1 {
  if (text === "-1") return -1;
  if (text === "0") return 0;
  if (text === "1") return 1;
  throw new DasError("BAD_PARAMETER", `archive ${JSON.stringify(text)}, expected -1, 0 or 1`);
}

function recordList(text: string): ReadonlyMap<number, bigint> {
  const words = text.split(",").filter((word) => word !== "");
  return new Map(
    words.map((word): [number, bigint] => {
      const [, slot, recnum] = /^(\d{1,5})=(\d{1,18})$/.exec(word) ?? [];
      if (slot === undefined || recnum === undefined)
        throw new DasError(
          "BAD_PARAMETER",
          `record ${JSON.stringify(word.slice(0, 40))}, expected SLOT=RECNUM`,
        );
      return [Number(slot), BigInt(recnum)];
    }),
  );
}

/** A unit that is being written, and by which session. */
async function allocatedUnit(
  sums: Database,
  sunum: bigint,
  group: number,
): Promise<{ readonly sumid: bigint; readonly unit: NewUnit }> {
  const partitions = await listPartitions(sums);
  const folders = partitions.map((partition) => newUnitFolder(partition.folder, sunum));
  const [row] = await sums.query(sql`
    SELECT sumid, wd FROM public.sum_partn_alloc WHERE wd = ANY(${param(folders, "text[]")}) AND status = 1`);
  if (row === undefined) throw new DasError("BAD_PARAMETER", `storage unit ${sunum} is not being written`);
  const folder = textField(row, "wd");
  const { set } = partitions[folders.indexOf(folder)]!;
  return { sumid: bigintField(row, "sumid"), unit: { sunum, folder, set, group } };
}
