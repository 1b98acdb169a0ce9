import { DasError } from "../../errors/das-error.js";
import { BY_BROWSER, isBrowser } from "../browser.js";
import type { Door } from "../door.js";
import { errorResponse } from "../error-response.js";
import type { Request, Response } from "../http.js";
import { textResponse } from "../http.js";
import { html, type Markup } from "../pages/html.js";
import { serverPage } from "../pages/server-page.js";
import type { QueryContext } from "../query.js";
import { readBody } from "./read-body.js";
import { reportStream, type StreamReport } from "./stream-report.js";

/** Bytes of a stream that is looked at. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * `/verify`: says what is wrong with a das2 or das3 stream that is sent to it, by a form or as the body itself. Nothing of it is kept.
 * Only with `ENABLE_VERIFIER`. Source: das2-server 7.1.
 */
export const verifyDoor: Door = {
  methods: ["GET", "HEAD", "POST"],
  refuse: (request, error, headers) => errorResponse(request, error, headers),
  async answer(context) {
    if (!context.site.config.enableVerifier || context.path.replace(/\/$/, "") !== "/verify")
      throw new DasError("NOT_FOUND", "There is nothing at this path");
    if (context.request.method !== "POST") return form(context);
    const bytes = await readBody(context.request, MOST_BYTES);
    if (bytes.length === 0)
      throw new DasError("BAD_PARAMETER", "nothing was sent, expected a das2 or das3 stream");
    return answerReport(context, await reportStream(bytes));
  },
};

function form(context: QueryContext): Response {
  const action = `${context.request.mount}/verify`;
  return page(
    context,
    html`<p>A das2 or das3 stream of at most ${MOST_BYTES / 1024 / 1024} MiB. Nothing of it is kept.</p>
<form method="post" action="${action}" enctype="multipart/form-data">
<p><label for="stream">File</label> <input id="stream" name="stream" type="file" required></p>
<p><button type="submit">Check</button></p>
</form>
<p>From a shell: <code>curl --data-binary @FILE -H 'Content-Type: application/octet-stream' URL</code></p>
`,
  );
}

function answerReport(
  context: QueryContext,
  { form: kind, headers, packets, problems }: StreamReport,
): Response {
  const verdict = problems.length === 0 ? "Nothing is wrong with it." : `${problems.length} found:`;
  const facts = `${kind} stream, ${headers} packet types, ${packets} data packets`;
  if (!wantsPage(context.request))
    return textResponse(
      200,
      "text/plain",
      `${[facts, verdict, ...problems.map((one) => `- ${one}`)].join("\n")}\n`,
      [BY_BROWSER],
    );
  return page(
    context,
    html`<p>${facts}</p>
<p>${verdict}</p>
<ul>
${problems.map((one) => html`<li>${one}</li>\n`)}</ul>
`,
  );
}

function wantsPage({ headers }: Request): boolean {
  return isBrowser(headers["user-agent"]);
}

function page(context: QueryContext, body: Markup): Response {
  return serverPage(context, { title: "Check a stream", body });
}
