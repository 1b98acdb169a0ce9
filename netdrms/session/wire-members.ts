/** The members of an object of JSON; none of anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Whether a value of JSON is a whole number from 0 on that is exact. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** The int8 that a text of JSON says; `undefined` where it says none. */
export function int8Of(value: unknown): bigint | undefined {
  if (typeof value !== "string" || !/^-?\d{1,19}$/.test(value)) return undefined;
  const number = BigInt(value);
  return number === BigInt.asIntN(64, number) ? number : undefined;
}
