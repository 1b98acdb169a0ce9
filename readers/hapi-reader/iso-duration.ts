const DAY = 86_400;

/**
 * Seconds of an ISO 8601 duration (`PT1M`, `P1DT2H`, `P1Y`); a year counts 365.25 days, a month a twelfth of that. `undefined` for
 * other texts and for no time at all.
 */
export function isoSeconds(text: string | undefined): number | undefined {
  const n = "(\\d{1,9}(?:[.,]\\d{1,9})?)";
  const form = new RegExp(`^P(?:${n}Y)?(?:${n}M)?(?:${n}W)?(?:${n}D)?(?:T(?:${n}H)?(?:${n}M)?(?:${n}S)?)?$`);
  const parts = form.exec(text?.trim() ?? "");
  if (parts === null) return undefined;
  const factors = [365.25 * DAY, (365.25 / 12) * DAY, 7 * DAY, DAY, 3600, 60, 1];
  const seconds = factors.reduce((sum, f, i) => sum + f * Number((parts[i + 1] ?? "0").replace(",", ".")), 0);
  return seconds > 0 ? seconds : undefined;
}
