import { readFile } from "node:fs/promises";
import { DasError } from "../../errors/das-error.js";
import { escapeMarkup } from "../../stream/xml-text.js";
import { textResponse } from "../http.js";
import { parseIni } from "../ini.js";
import type { Query } from "../query.js";

/**
 * `server=peers`, `/peers`: other servers, from the INI file of the configuration; none where there is no file.
 * Source: das2-server 2.4.
 */
export const peers: Query = async ({ request, site }) => {
  let text = "";
  const file = site.config.peersFile;
  if (file !== undefined)
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      // Absent is a site without peers; anything else is a fault to be told of.
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT"))
        throw new DasError("BAD_CONFIG", "The list of peers cannot be read", { file }, error);
    }
  const lines = ['<?xml version="1.0" encoding="UTF-8" ?>'];
  lines.push(
    `<?xml-stylesheet type="text/xsl" href="${escapeMarkup(request.mount)}/static/das2server.xsl"?>`,
    "<das2server>",
  );
  const servers = [...parseIni(text)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (servers.length === 0) lines.push("  <peers/>");
  else {
    lines.push("  <peers>");
    for (const [name, keys] of servers)
      lines.push(
        "    <server>",
        `      <name>${escapeMarkup(name)}</name>`,
        `      <url>${escapeMarkup(keys.get("url") ?? "")}</url>`,
        `      <description>${escapeMarkup(keys.get("description") ?? "")}</description>`,
        "    </server>",
      );
    lines.push("  </peers>");
  }
  lines.push("</das2server>", "");
  return textResponse(200, "text/xml", lines.join("\n"));
};
