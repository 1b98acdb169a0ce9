import { parseArgs } from "node:util";
import {
  type CleanUpEvent,
  type CleanUpOptions,
  cleanUp as cleanUpUnits,
  DEAD_AFTER_HOURS,
} from "../clean-up.js";
import { readSums } from "../sums-transaction.js";
import { ownSiteCode } from "../sunum.js";
import { archiveOf, type SumsCommand, type SumsContext, wholeNumber } from "./command.js";

/** Units of 30 days are looked at: whoever cleans up monthly sees all. */
const ORPHAN_DAYS = 30;
/** A commit follows its put at once; a day is beyond all doubt. */
const ORPHAN_HOURS = 24;
const MAX_HOURS = 1_000_000;

/** `sums clean-up`: ends what programs that died have left. */
export const cleanUp: SumsCommand = {
  name: "clean-up",
  summary: "end what programs that died have left",
  help: [
    "usage: sums clean-up [--dry-run] [--dead-after HOURS] [--orphans]",
    "",
    "  --dry-run           tell what would be done",
    `  --dead-after HOURS  a session that no running program of this software has is dead after so long (default ${DEAD_AFTER_HOURS}); must be`,
    "                      more than the longest session of other software",
    `  --orphans           also give up units of the last ${ORPHAN_DAYS} days, older than ${ORPHAN_HOURS} hours, that no record points to`,
  ].join("\n"),
  async run(args, context) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "dry-run": { type: "boolean", default: false },
        "dead-after": { type: "string", default: String(DEAD_AFTER_HOURS) },
        orphans: { type: "boolean", default: false },
      },
    });
    const options: CleanUpOptions = {
      pool: context.sums,
      log: context.log,
      askSpace: context.askSpace,
      dryRun: values["dry-run"],
      deadAfterHours: wholeNumber("dead-after", values["dead-after"], 0, MAX_HOURS),
      ...(values.orphans ? { orphans: await orphanOptions(context) } : {}),
    };
    return { columns: ["what", "sunum", "detail"], rows: cleanUpRows(options) };
  },
};

async function orphanOptions(context: SumsContext): Promise<NonNullable<CleanUpOptions["orphans"]>> {
  const drms = archiveOf(context, "--orphans");
  const siteCode = await readSums(context.sums, ownSiteCode);
  return { drms, siteCode, minAgeHours: ORPHAN_HOURS, maxAgeDays: ORPHAN_DAYS };
}

async function* cleanUpRows(options: CleanUpOptions): AsyncGenerator<readonly string[]> {
  for await (const event of cleanUpUnits(options)) yield* eventRows(event);
}

function eventRows(event: CleanUpEvent): readonly (readonly string[])[] {
  switch (event.kind) {
    case "session":
      return [
        ["session ended", "", `session ${event.sumid}`],
        ...event.sunums.map((sunum) => ["unfinished", String(sunum), `session ${event.sumid}`]),
      ];
    case "settled":
      return [[event.end, String(event.sunum), "a removal was cut off"]];
    case "orphan":
      return [["given up", String(event.sunum), `no record of ${event.series} points to it`]];
    default:
      return event satisfies never;
  }
}
