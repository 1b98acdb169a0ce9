/** What {@link serverUrl} takes, for messages. */
export const SERVER_URL_SYNTAX = "an http or https URL without user, query and fragment";

/**
 * The base URL of another server from the keyword `server`, without a `/` at its end, fit to stand in a header; `undefined` for a
 * text that is none: a path and a query are to be added to it. Source: das2-server 5.
 */
export function serverUrl(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  // Of an empty query or fragment the URL keeps the mark only.
  return /[?#]/.test(url.href) ? undefined : url.href.replace(/\/+$/, "");
}
