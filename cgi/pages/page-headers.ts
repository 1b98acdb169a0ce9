import type { HeaderLine } from "../http.js";

const ALWAYS: readonly HeaderLine[] = [
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  // "no-referrer" would take away the Origin by which the log knows that its own page deletes.
  ["Referrer-Policy", "same-origin"],
];

const NOTHING = "default-src 'none'";
const STYLE = "style-src 'self'";
const CLOSED = "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Headers of pages without scripts: nothing from elsewhere, in nobody's frame, read by no page of another site. Whatever got into what
 * they show stays text.
 */
export const PAGE_HEADERS: readonly HeaderLine[] = [
  ["Content-Security-Policy", `${NOTHING}; ${STYLE}; img-src 'self'; ${CLOSED}`],
  ...ALWAYS,
];

/**
 * Headers of pages with scripts: those that ship with the server and nothing else, neither inline nor from elsewhere; they ask this server
 * alone, and show pictures that they made.
 */
export const SCRIPTED_PAGE_HEADERS: readonly HeaderLine[] = [
  [
    "Content-Security-Policy",
    `${NOTHING}; script-src 'self'; worker-src 'self'; connect-src 'self'; ${STYLE}; img-src 'self' blob: data:; ${CLOSED}`,
  ],
  ...ALWAYS,
];
