const BROWSER = /firefox|chrome|safari|edg|opera|konqueror|msie|trident|explorer/;
const PROGRAM = /java\/|autoplot|libdas|das2|python|curl|wget/;

/**
 * Whether a person reads the answer in a browser, by the `User-Agent`. `Accept` has no say: the Java HTTP client asks for
 * `text/html` first and would be taken for a browser. Source: das2-server 1.4.
 */
export function isBrowser(userAgent: string | undefined): boolean {
  if (userAgent === undefined) return false;
  const agent = userAgent.toLowerCase();
  return BROWSER.test(agent) && !PROGRAM.test(agent);
}

/** What an answer has that is another one for a browser. */
export const BY_BROWSER = ["Vary", "User-Agent"] as const;
