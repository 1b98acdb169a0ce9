import { readFile } from "node:fs/promises";
import { isDasError } from "../../../errors/das-error.js";
import { LEAP_SECONDS, parseLeapSecondsList } from "../../../stream/leap-seconds.js";
import type { Check, Finding } from "../finding.js";

/** From 1900-01-01, by which lists count, to 1970-01-01, seconds. */
const TO_1970_S = 2_208_988_800;
/** Days from 1970-01-01 to 2000-01-01, by which the table counts. */
const TO_2000_DAYS = 10_957;
const DAY_MS = 86_400_000;
/** Lists are published half a year ahead; so early somebody should know. */
const SOON_DAYS = 30;
const ADVICE =
  "Get the list anew: https://hpiers.obspm.fr/iers/bul/bulc/ntp/leap-seconds.list, or the package tzdata.";

/** The table of leap seconds: the one built in, or that of a file with the day on which it is over. Source: das2-stream A10.2. */
export const leapSeconds: Check = {
  name: "leap_seconds",
  keepMs: 3_600_000,
  async run({ config: { leapSecondsFile: file }, now }) {
    const name = "Leap seconds";
    if (file === undefined) {
      const last = dayText(((LEAP_SECONDS.at(-1)?.day ?? 0) + TO_2000_DAYS) * DAY_MS);
      return [{ name, state: "good", says: `the table built in, with all up to that of ${last}` }];
    }
    const bad = (says: string): Finding => ({ name, state: "bad", says: `${file}: ${says}`, advice: ADVICE });
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch {
      return [bad("it cannot be read")];
    }
    try {
      if (parseLeapSecondsList(text).length === 0) return [bad("it lists none")];
    } catch (error) {
      if (!isDasError(error)) throw error;
      return [bad(error.message)];
    }
    return [judge(name, file, text, now())];
  },
};

/** The day on which a list is over stands behind `#@`, in seconds since 1900. */
function judge(name: string, file: string, text: string, nowMs: number): Finding {
  const seconds = /^#@\s*(\d{1,12})\s*$/m.exec(text)?.[1];
  if (seconds === undefined)
    return { name, state: "worried", says: `${file} does not say until when it is good`, advice: ADVICE };
  const endMs = (Number(seconds) - TO_1970_S) * 1000;
  const days = (endMs - nowMs) / DAY_MS;
  const figures = { expires_seconds: endMs / 1000 };
  const says = `${file} ${days < 0 ? "was" : "is"} good until ${dayText(endMs)}`;
  if (days < SOON_DAYS) return { name, state: "worried", says, advice: ADVICE, figures };
  return { name, state: "good", says, figures };
}

function dayText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "no day" : date.toISOString().slice(0, 10);
}
