/** What of a server the document tells. */
export interface ApiFacts {
  /** Absolute URL of the server, without a `/` at its end. */
  readonly server: string;
  readonly title: string;
  readonly version: string;
  readonly hasHapi: boolean;
  /** Absolute URL of the log viewer, without a `/` at its end. */
  readonly log: string;
  /** A source that everybody may have, for examples; missing where there is none. */
  readonly example?: { readonly id: string; readonly begin: string; readonly end: string };
}

/** A query string. */
export function queryText(words: Readonly<Record<string, string>>): string {
  return new URLSearchParams(words).toString();
}
