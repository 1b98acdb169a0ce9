import type { HeaderLine } from "./http.js";

/**
 * Headers of pages for operators: no script, nothing from elsewhere, in nobody's frame, read by no page of another site. Whatever got
 * into what they show stays text.
 */
export const PAGE_HEADERS: readonly HeaderLine[] = [
  [
    "Content-Security-Policy",
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  // "no-referrer" would take away the Origin by which the log knows that its own page deletes.
  ["Referrer-Policy", "same-origin"],
];
