import { parseArgs } from "node:util";
import { recordDeleter } from "../delete-records.js";
import { usedPart } from "../partition-space.js";
import { HIGH_WATER, LOW_WATER, type PurgeEvent, type PurgeOptions, purge as purgeUnits } from "../purge.js";
import { type SumsCommand, wholeNumber } from "./command.js";

/** `sums purge`: removes expired units where room is short. */
export const purge: SumsCommand = {
  name: "purge",
  summary: "remove expired storage units where room is short",
  help: [
    "usage: sums purge [--dry-run] [--high PERCENT] [--low PERCENT]",
    "",
    "  --dry-run       tell what would be removed",
    `  --high PERCENT  in use of a partition, above which units are removed (default ${HIGH_WATER * 100})`,
    `  --low PERCENT   in use, at which it ends (default ${LOW_WATER * 100})`,
    "",
    "Units that expired first go first. Units that somebody reads, or that are not expired, stay.",
  ].join("\n"),
  async run(args, { sums, drms, log, askSpace }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "dry-run": { type: "boolean", default: false },
        high: { type: "string", default: String(HIGH_WATER * 100) },
        low: { type: "string", default: String(LOW_WATER * 100) },
      },
    });
    const options: PurgeOptions = {
      pool: sums,
      log,
      askSpace,
      highWater: wholeNumber("high", values.high, 0, 100) / 100,
      lowWater: wholeNumber("low", values.low, 0, 100) / 100,
      dryRun: values["dry-run"],
      ...(drms === undefined ? {} : { deleteRecords: recordDeleter(drms) }),
    };
    return {
      columns: ["partition", "what", "sunum", "series", "bytes", "expiry", "why"],
      rows: purgeRows(options),
    };
  },
};

async function* purgeRows(options: PurgeOptions): AsyncGenerator<readonly string[]> {
  for await (const event of purgeUnits(options)) yield purgeRow(event, options.dryRun === true);
}

function purgeRow(event: PurgeEvent, dryRun: boolean): readonly string[] {
  switch (event.kind) {
    case "partition": {
      const used =
        event.space === undefined ? "no answer" : `${(100 * usedPart(event.space)).toFixed(1)}% used`;
      return [event.partition, used, "", "", "", "", ""];
    }
    case "unit": {
      const { sunum, series, bytes, effectiveDate } = event.unit;
      const what = dryRun && event.end === "removed" ? "would go" : event.end;
      return [event.partition, what, String(sunum), series, String(bytes), effectiveDate, event.why ?? ""];
    }
    case "settled":
      return ["", event.end, String(event.sunum), "", "", "", "an earlier removal was cut off"];
    case "closed":
    case "reopened":
      return [event.partition, dryRun ? `would be ${event.kind}` : event.kind, "", "", "", "", ""];
    default:
      return event satisfies never;
  }
}
