/** The time that stands for "no time", -4712.01.01_12:00:00.000_TDT. Source: netdrms 1.3. */
export const MISSING_TIME = -211_087_684_832.184;

/** Whether a DRMS time means "no time": NaN, and every instant of the missing time's whole second. Source: netdrms 1.3. */
export function isMissingTime(seconds: number): boolean {
  return Number.isNaN(seconds) || Math.trunc(seconds) === Math.trunc(MISSING_TIME);
}
