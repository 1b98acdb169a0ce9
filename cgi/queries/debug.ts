import { SECRET_NAMES } from "../../config/keys.js";
import { DasError } from "../../errors/das-error.js";
import { mayView } from "../access/may-view.js";
import { textResponse } from "../http.js";
import type { Query } from "../query.js";

/** Names whose values are never shown. */
const SECRET = /PASS|SECRET|KEY|TOKEN|AUTH|CREDENTIAL|CONN/i;

/** The password of a URL. */
const URL_PASSWORD = /(:\/\/[^\s:/?#@"]*):[^\s@"]*@/g;

function isSecret(name: string): boolean {
  return SECRET.test(name) || SECRET_NAMES.has(name);
}

/** One line a name, secrets hidden, line ends and other control characters written out. */
function lines(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      const shown =
        value instanceof Map
          ? Object.fromEntries([...value].map(([k, v]) => [k, isSecret(k) ? "(hidden)" : v]))
          : value;
      if (isSecret(name)) return `${name} = (hidden)`;
      return `${name} = ${(JSON.stringify(shown) ?? String(shown)).replaceAll(URL_PASSWORD, "$1:(hidden)@")}`;
    });
}

/**
 * `server=debug`, `/debug`: configuration and environment, for those who may see the log, where it is switched on; for
 * everybody else there is no such page. Source: das2-server 2.10.
 */
export const debug: Query = ({ site, request }) => {
  if (!site.config.enableDebug || !mayView(request, site).allowed)
    throw new DasError("NOT_FOUND", "There is nothing at this path");
  const text = [
    "[configuration]",
    ...lines(site.config),
    "",
    "[environment]",
    ...lines(process.env),
    "",
  ].join("\n");
  // No page of another site may read this through the browser of somebody who may.
  return textResponse(200, "text/plain", text, [["Cross-Origin-Resource-Policy", "same-origin"]]);
};
