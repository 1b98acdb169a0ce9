/** What the server tells of some requests that have ended. */
export interface Batch {
  /** Their stories, newest first: markup that the server has escaped. */
  readonly html: string;
  readonly outcomes: readonly string[];
  /** How many besides them are not shown. */
  readonly more: number;
}

/** The batch of an event; `undefined` for what is none. */
export function readBatch(data: string): Batch | undefined {
  const value: unknown = JSON.parse(data);
  if (typeof value !== "object" || value === null) return undefined;
  const { html, outcomes, more } = value as Record<string, unknown>; // each is looked at below
  if (typeof html !== "string" || typeof more !== "number" || !Array.isArray(outcomes)) return undefined;
  return { html, more, outcomes: outcomes.filter((one): one is string => typeof one === "string") };
}
