import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import { MAX_RECORDS_FILE_BYTES, parseRecordsFile, RECORDS_FILE, type UnitRecords } from "./records-file.js";
import { systemCode } from "./storage-error.js";

/**
 * What `Records.txt` of a unit says; `undefined` where there is none. Whoever wrote the unit may have put anything there: a link, a
 * pipe or a device in its place is not read.
 * Errors: BAD_FILE; those of system calls.
 */
export async function readRecords(folder: string): Promise<UnitRecords | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, RECORDS_FILE), flags).catch((error: unknown) => {
    const code = systemCode(error);
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP") throw notRead("is a link");
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw notRead("is no regular file");
    if (stats.size > MAX_RECORDS_FILE_BYTES)
      throw notRead(`has ${stats.size} bytes, at most ${MAX_RECORDS_FILE_BYTES}`);
    return parseRecordsFile(await file.readFile("latin1"));
  } finally {
    await file.close();
  }
}

function notRead(problem: string): DasError {
  return new DasError("BAD_FILE", `${RECORDS_FILE} ${problem}`);
}
