import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DasError, isDasError } from "../../../errors/das-error.js";
import { inTransaction } from "../../../netdrms/database/connection-pool.js";
import { type ExportRequest, REQUEST_STATUS } from "../../../netdrms/requests/export-request.js";
import { requestFolder } from "../../../netdrms/requests/export-root.js";
import { type RequestProgress, readRequest } from "../../../netdrms/requests/read-request.js";
import { checkRequestId } from "../../../netdrms/requests/request-id.js";
import { type Response, textResponse } from "../../http.js";
import type { QueryContext } from "../../query.js";
import type { Site } from "../../site.js";
import { JSON_TYPE, type JsonValue } from "../json.js";
import { requestPool } from "../request-pool.js";
import { type FetchReply, fetchResponse, type ReplyFormat } from "./fetch-reply.js";

const STATEMENT_LIMIT_MS = 20_000;
/** Bounds of what is told to wait, s. */
const LEAST_WAIT_S = 5;
const MOST_WAIT_S = 300;

/**
 * `op=exp_status`: how far a request is, and what came of it once it is done.
 * Errors: BAD_PARAMETER for an id that is none; those of the database. Source: netdrms-export B9.
 */
export async function expStatus(context: QueryContext, format: ReplyFormat): Promise<Response> {
  const given = context.words.get("requestid");
  if (given === undefined) throw new DasError("BAD_PARAMETER", "requestid is missing");
  return requestStatus(context, checkRequestId(given), format);
}

/** The state of a request of that id. Errors: those of the database. */
export async function requestStatus(
  { site, request }: QueryContext,
  id: string,
  format: ReplyFormat,
): Promise<Response> {
  const reading = { access: "read", statementTimeoutMs: STATEMENT_LIMIT_MS, signal: request.signal } as const;
  const found = await inTransaction(requestPool(site), reading, (database) => readRequest(database, id));
  const contact = site.config.contactEmail;
  if (found === undefined)
    return fetchResponse({ status: 6, error: `there is no request ${id}`, requestid: id }, format);
  if (found.request.status === REQUEST_STATUS.done) {
    const files = await finishedReply(site.config.exportRoot, found.request, format);
    return files ?? fetchResponse(goneReply(found.request, contact), format);
  }
  const reply = progressReply(found, contact);
  const waitsAlone = found.request.status === REQUEST_STATUS.waiting && found.position === 0;
  return fetchResponse(
    waitsAlone && !makesExports(site) ? { ...reply, note: WAITS_FOR_WORKER } : reply,
    format,
  );
}

const WAITS_FOR_WORKER =
  "this program makes no exports itself: the request waits until a worker (heliostream worker) takes it";

/** Whether the process that answers runs requests as well: a program of one request never does. */
function makesExports({ resident, config }: Site): boolean {
  return resident && config.exportRoot !== undefined && config.exportWorkers > 0;
}

/** The lists of the folder as they are; `undefined` where they cannot be had. */
async function finishedReply(
  root: string | undefined,
  { id }: ExportRequest,
  format: ReplyFormat,
): Promise<Response | undefined> {
  if (root === undefined) return undefined;
  const name = { json: "index.json", txt: "index.txt", html: "index.html" }[format];
  try {
    const text = await readFile(join(requestFolder(root, id), name), "utf8");
    return format === "json"
      ? { status: 200, headers: [["Content-Type", JSON_TYPE]], body: Buffer.from(text) }
      : textResponse(200, format === "txt" ? "text/plain" : "text/html", text);
  } catch (error) {
    if (isDasError(error)) throw error;
    return undefined;
  }
}

function membersOf({ id, method, protocol, recordCount, megabytes }: ExportRequest) {
  return { requestid: id, method, protocol, rcount: recordCount, size: megabytes };
}

function goneReply(request: ExportRequest, contact: string | undefined): FetchReply {
  return {
    ...{ status: REQUEST_STATUS.expired, ...membersOf(request), wait: 0 },
    error: "the files of this request are not here any more: ask for them again",
    ...(contact === undefined ? {} : { contact }),
  };
}

function progressReply(
  { request, position, etaSeconds }: RequestProgress,
  contact: string | undefined,
): FetchReply {
  const { status } = request;
  if (status === REQUEST_STATUS.expired) return goneReply(request, contact);
  const common = membersOf(request);
  if (status !== REQUEST_STATUS.running && status !== REQUEST_STATUS.waiting)
    return {
      ...{ status, ...common, wait: 0, error: request.error ?? "the export failed" },
      ...(status > 2 && contact !== undefined ? { contact } : {}),
    };
  const wait = Math.min(MOST_WAIT_S, Math.max(LEAST_WAIT_S, etaSeconds ?? LEAST_WAIT_S));
  const more: Record<string, JsonValue | undefined> = {
    stage: request.stage,
    progress: Math.min(1, request.recordsDone / Math.max(1, request.recordCount)),
    records_done: request.recordsDone,
    mb_done: Math.round(request.bytesDone / 1024 / 1024),
    failures: request.failures,
    position,
    eta_s: etaSeconds,
  };
  return { status: request.test ? 12 : status, ...common, wait, ...more };
}
