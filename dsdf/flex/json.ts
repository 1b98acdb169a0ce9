/** A value as JSON has them. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of JSON; members that are `undefined` are not written. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
