import type { CodedLog, CodedState } from "./decode-some.js";

/** Names that are told. */
const MOST_NAMES = 5;

function namesOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Says of which files in gzip not all is shown, and why. */
export function codedNotices(coded: readonly CodedLog[], isResident: boolean): string[] {
  const told = (state: CodedState, text: (names: string) => string): string[] => {
    const names = coded.filter((one) => one.state === state).map(({ log }) => log.name);
    return names.length === 0 ? [] : [text(namesOf(names))];
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
