/** Ways in that are there or not, by the configuration. */
export interface OpenWays {
  readonly hapi: boolean;
  /** The configuration, for operators. */
  readonly debug: boolean;
  readonly verify: boolean;
  /** An archive of series, and so the JSOC web interface. */
  readonly archive: boolean;
  /** Exports that are sent while they are made. */
  readonly streamedExports: boolean;
  /** A tree of dasFlex, whose sources may have more descriptions. */
  readonly flexTree: boolean;
}

/** What of a server the document tells. */
export interface ApiFacts {
  /** Absolute URL of the server, without a `/` at its end. */
  readonly server: string;
  readonly title: string;
  readonly version: string;
  /** Ways in that a site opens or closes. */
  readonly open: OpenWays;
  /** Absolute URL of the log viewer, without a `/` at its end. */
  readonly log: string;
  /** A source that everybody may have, for examples; missing where there is none. */
  readonly example?: { readonly id: string; readonly begin: string; readonly end: string };
}

/** A query string. */
export function queryText(words: Readonly<Record<string, string>>): string {
  return new URLSearchParams(words).toString();
}
