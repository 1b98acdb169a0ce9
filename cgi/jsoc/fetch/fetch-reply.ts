import { DasError, type ErrorCode } from "../../../errors/das-error.js";
import { lineText } from "../../../netdrms/export/export-text.js";
import { escapeMarkup } from "../../../stream/xml-text.js";
import { type Response, textResponse } from "../../http.js";
import { type JsonValue, jsonResponse } from "../json.js";

/** A reply before it has its form: members in their order, `data` a list of lines. */
export interface FetchReply {
  readonly status: number;
  readonly [member: string]: JsonValue | undefined;
}

/** The forms of replies. */
export type ReplyFormat = "json" | "txt" | "html";

/** Reads `format`. Errors: BAD_PARAMETER; `xml`, which the original names, is none of the forms here. Source: netdrms-export B7. */
export function replyFormat(text: string | undefined): ReplyFormat {
  if (text === undefined || text === "json" || text === "txt" || text === "html") return text ?? "json";
  throw new DasError(
    "BAD_PARAMETER",
    `format=${text.slice(0, 20)} is not made here, expected json, txt, html`,
  );
}

/** A reply in its form, of HTTP status 200 whatever it says. Source: netdrms-export B1, B9. */
export function fetchResponse(reply: FetchReply, format: ReplyFormat): Response {
  if (format === "json") return jsonResponse(reply);
  const text = replyText(reply);
  if (format === "txt") return textResponse(200, "text/plain", text, [["X-Content-Type-Options", "nosniff"]]);
  const again = reply.status === 1 || reply.status === 2 || reply.status === 12;
  return textResponse(
    200,
    "text/html",
    `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Export</title>${again ? '<meta http-equiv="refresh" content="5">' : ""}</head>
<body>
<h1>Export</h1>
<pre>${escapeMarkup(text)}</pre>
</body>
</html>
`,
  );
}

/** `name=value` lines, then the data, tab-separated. Source: netdrms-export B9 ("Text form"). */
function replyText(reply: FetchReply): string {
  const lines = ["# JSOC Export Reply"];
  for (const [member, value] of Object.entries(reply))
    if (value !== undefined && value !== null && typeof value !== "object")
      lines.push(`${member}=${lineText(String(value))}`);
  const { data } = reply;
  if (data !== undefined && data !== null && typeof data === "object")
    lines.push("# DATA", ...Object.values(data).map(dataLine));
  return `${lines.join("\n")}\n`;
}

function dataLine(line: JsonValue | undefined): string {
  return Object.values(line ?? {})
    .map((value) => lineText(String(value)))
    .join("\t");
}

/** Statuses of refusals. Source: netdrms-export B9. */
const REFUSED: Readonly<Partial<Record<ErrorCode, number>>> = { TOO_MUCH_ASKED: 3 };

/**
 * The reply that tells of an error; whoever can help is named in it.
 * @param contact address of those who run the server
 */
export function refusalReply(error: DasError, contact: string | undefined): FetchReply {
  return {
    status: REFUSED[error.code] ?? 4,
    error: error.message,
    requestid: "",
    ...(contact === undefined ? {} : { contact }),
  };
}
