import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { databaseUrl } from "../../../config/archive-settings.js";
import { isDasError } from "../../../errors/das-error.js";
import { type PartitionSpace, spaceAsker, usedPart } from "../../../netdrms/sums/partition-space.js";
import { listPartitions, type Partition } from "../../../netdrms/sums/partitions.js";
import { bytesText, percentText } from "../../pages/format.js";
import { askDatabase } from "../ask-database.js";
import type { Check, Finding } from "../finding.js";

const askSpace = spaceAsker();
/** Partitions that are looked at; an archive with more has a monitoring of its own. */
const MOST = 100;
/** Used parts from which somebody should know, or act. */
const MUCH = 0.95;
const FULL = 0.99;

/** The folders of the storage units: there, readable, with room where units are still added. Source: netdrms 3.1. */
export const partitions: Check = {
  name: "partitions",
  keepMs: 30_000,
  async run({ config }, signal) {
    const name = "Partitions";
    const url = databaseUrl(config, "sums");
    if (url === undefined) return [{ name, state: "off", says: "there is no archive" }];
    let listed: readonly Partition[];
    try {
      listed = await askDatabase(url, signal, listPartitions);
    } catch (error) {
      if (!isDasError(error)) throw error;
      const advice = "See what is said of the archive: its database lists the partitions.";
      return [{ name, state: "unknown", says: "the list of partitions could not be read", advice }];
    }
    if (listed.length === 0)
      return [
        {
          name,
          state: "worried",
          says: "there is none: no file can be stored",
          advice: "Add one: sums partition add FOLDER.",
        },
      ];
    return Promise.all(listed.slice(0, MOST).map(partitionState));
  },
};

async function partitionState({ folder, closed }: Partition): Promise<Finding> {
  const name = `Partition ${folder}`;
  const bad = (says: string, advice: string): Finding => ({ name, state: "bad", says, advice });
  // Asked first, by a process of its own: one that hangs then costs no thread of this one.
  const space = await askSpace(folder);
  if (space === undefined)
    return bad(
      "it is not there, or does not answer",
      "Mount it, or see to the host that has it; files in it cannot be read.",
    );
  try {
    await access(folder, constants.R_OK | constants.X_OK);
    await readdir(folder);
  } catch {
    return bad("it cannot be read", "Let the user of the server read it and everything below it.");
  }
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  return roomOf(name, space, closed, isWritable);
}

function roomOf(
  name: string,
  space: PartitionSpace,
  closed: Partition["closed"],
  isWritable: boolean,
): Finding {
  const used = usedPart(space);
  const whole = space.usedBytes + space.freeBytes;
  const figures = { free_bytes: space.freeBytes, size_bytes: whole };
  const left = `${bytesText(space.freeBytes)} free of ${bytesText(whole)} (${percentText(space.usedBytes, whole)} used)`;
  const how =
    closed !== undefined
      ? "closed for new units"
      : isWritable
        ? "open for new units"
        : "open for new units, but read only for this user";
  const says = `${left}, ${how}`;
  if (closed !== undefined || used < MUCH) return { name, state: "good", says, figures };
  const advice =
    "Run sums purge, close it (sums partition close FOLDER), or add another (sums partition add FOLDER).";
  return { name, state: used < FULL ? "worried" : "bad", says, advice, figures };
}
