import type { LogFilter } from "./filter.js";
import type { LogFile } from "./log-files.js";
import { makeReadable, openLog } from "./open-log.js";
import { filterOfFile } from "./walk-log.js";

/** Bytes of files in gzip that one look waits for until they are readable: a second or two. */
const MOST_WAITED = 8 * 1024 * 1024;
/** Names that are told. */
const MOST_NAMES = 5;

type State = "readable" | "cut off" | "broken" | "waiting";

async function stateOf(log: LogFile): Promise<State> {
  const file = await openLog(log);
  if (file === undefined) return "waiting";
  await file.close();
  return file.isCutOff === true ? "cut off" : "readable";
}

/** The state of a file after it was made readable; `broken` where it holds nothing that can be shown, or there is no place for it. */
async function madeReadable(log: LogFile): Promise<State> {
  const isMade = await makeReadable(log).then(
    () => true,
    () => false,
  );
  const state = isMade ? await stateOf(log) : "broken";
  return state === "waiting" ? "broken" : state;
}

function namesOf(files: readonly LogFile[]): string {
  const names = files.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = files.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/**
 * Makes the files in gzip that a filter looks into readable, as far as that is done in a moment, and says of which of them not all is shown, and
 * why. Errors: those of node:fs.
 */
export async function codedNotices(
  files: readonly LogFile[],
  filter: LogFilter,
  isResident: boolean,
): Promise<string[]> {
  const states = new Map<State, LogFile[]>();
  let left = MOST_WAITED;
  for (const log of files) {
    if (!log.isCoded || filterOfFile(filter, log) === undefined) continue;
    let state = await stateOf(log);
    if (state === "waiting" && log.bytes <= left) {
      left -= log.bytes;
      state = await madeReadable(log);
    }
    states.set(state, [...(states.get(state) ?? []), log]);
  }
  const told = (state: State, text: (names: string) => string) => {
    const some = states.get(state);
    return some === undefined ? [] : [text(namesOf(some))];
  };
  return [
    ...told("waiting", (names) =>
      isResident
        ? `Not shown yet: ${names}, being decoded from gzip. Load the page again in a while.`
        : `Not shown: ${names}, in gzip. The command heliostream log-index makes them readable.`,
    ),
    ...told(
      "cut off",
      (names) => `Shown in part: ${names}, for the gzip of it is damaged or ends too early.`,
    ),
    ...told(
      "broken",
      (names) => `Not shown: ${names}, for it is no gzip, or there is no place to decode it to.`,
    ),
  ];
}
