import { parseArgs } from "node:util";
import { DasError } from "../../../errors/das-error.js";
import { usedPart } from "../partition-space.js";
import {
  addPartition,
  closePartition,
  listPartitions,
  type Partition,
  reopenPartition,
} from "../partitions.js";
import { changeSums, readSums } from "../sums-transaction.js";
import { type SumsCommand, type SumsContext, tableOf, wholeNumber } from "./command.js";

/** `sums partitions`: shows and changes the partitions. */
export const partitions: SumsCommand = {
  name: "partitions",
  summary: "the partitions that storage units are in",
  help: [
    "usage: sums partitions [list]",
    "       sums partitions add FOLDER [--set N]",
    "       sums partitions close FOLDER",
    "       sums partitions open FOLDER",
    "",
    "close ends the writing into a partition; what is in it stays readable. A partition that a purge closed for want of room",
    "is opened by a later purge, one that was closed by hand only by hand.",
  ].join("\n"),
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { set: { type: "string", default: "0" } },
    });
    const [action = "list", folder, ...rest] = positionals;
    const count = action === "list" ? 1 : 2;
    if (rest.length > 0 || (positionals.length !== count && positionals.length > 0))
      throw new DasError("BAD_PARAMETER", `${positionals.length} arguments of partitions, expected ${count}`);
    if (folder !== undefined)
      await change(context, action, folder, wholeNumber("set", values.set, 0, 1_000_000));
    else if (action !== "list") throw unknownAction(action);
    const all = await readSums(context.sums, listPartitions);
    const columns = ["partition", "set", "state", "used", "usedBytes", "freeBytes"];
    return tableOf(columns, await Promise.all(all.map((partition) => partitionRow(context, partition))));
  },
};

async function change(
  { sums: pool, askSpace }: SumsContext,
  action: string,
  folder: string,
  set: number,
): Promise<void> {
  await changeSums(pool, async (sums) => {
    switch (action) {
      case "add":
        return addPartition(sums, folder, set, askSpace);
      case "close":
        await closePartition(sums, folder, "hand");
        return;
      case "open":
        await reopenPartition(sums, folder);
        return;
      default:
        throw unknownAction(action);
    }
  });
}

function unknownAction(action: string): DasError {
  return new DasError(
    "BAD_PARAMETER",
    `partitions ${JSON.stringify(action.slice(0, 40))}, expected list, add, close or open`,
  );
}

async function partitionRow(
  { askSpace }: SumsContext,
  { folder, set, closed }: Partition,
): Promise<readonly string[]> {
  const state = closed === undefined ? "open" : `closed by ${closed}`;
  const space = await askSpace(folder);
  if (space === undefined) return [folder, String(set), state, "no answer", "NA", "NA"];
  const used = `${(100 * usedPart(space)).toFixed(1)}%`;
  return [folder, String(set), state, used, String(space.usedBytes), String(space.freeBytes)];
}
