import type { Config } from "../../../config/config.js";
import { DasError } from "../../../errors/das-error.js";
import { placingKeywords, RequestCutout } from "../../../netdrms/cutout/request-cutout.js";
import { inTransaction } from "../../../netdrms/database/connection-pool.js";
import { addressState, readAddress } from "../../../netdrms/requests/addresses.js";
import {
  type ExportOrder,
  type NewRequest,
  REQUEST_STATUS,
  type Requester,
} from "../../../netdrms/requests/export-request.js";
import { type RequestFacts, requestFacts, sizeLimit } from "../../../netdrms/requests/request-facts.js";
import { acceptRequest } from "../../../netdrms/requests/submit-request.js";
import { readSums } from "../../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../../netdrms/sums/sunum.js";
import type { QueryContext } from "../../query.js";
import { type RequestArchive, withArchive } from "../archive.js";
import { requestPool } from "../request-pool.js";
import { isSet } from "../words.js";
import { acceptOptions } from "./accept-options.js";
import { busyReply } from "./busy-reply.js";
import { expRecordUnits } from "./exp-record-units.js";
import { expUnits } from "./exp-su.js";
import type { FetchReply } from "./fetch-reply.js";
import { type OrderWords, readOrderWords } from "./order-words.js";
import { orderedRecords } from "./ordered-records.js";

/** Seconds until it is worth asking for the state of a new request. Source: netdrms-export B8. */
const FIRST_WAIT_S = 10;
const STATEMENT_LIMIT_MS = 20_000;
const NEVER_S = 999_999;

/**
 * `op=exp_request`: what is on line and wanted as it is stored is answered at once; everything else becomes a request that is run later.
 * Errors: BAD_PARAMETER and those of the archive, which all are refusals. Source: netdrms-export B8.
 */
export async function expRequest(context: QueryContext): Promise<FetchReply> {
  const { words } = context;
  const requester = await requesterOf(context);
  if (words.get("ds") === undefined && words.get("sunum") !== undefined) return expUnits(context, requester);
  const wanted = readOrderWords(words);
  if (wanted.protocol.kind === "units") return expRecordUnits(context, requester, wanted);
  const { facts, order } = await withArchive(context, true, (archive) => look(context, archive, wanted));
  const { method, protocolText: protocol } = wanted;
  const size = facts.megabytes;
  const most = sizeLimit(facts.isCompressed, protocol);
  if (size > most)
    return {
      ...{ requestid: "VOID", method, protocol, wait: 0, status: REQUEST_STATUS.tooLarge },
      ...{ count: facts.recordCount, size },
      error: `the request has ${size} MB, expected at most ${most}`,
    };
  const isAtOnce = method === "url_quick" && facts.isOnLine;
  if (isAtOnce) return filesAtOnce(facts);
  return accept(context, wanted, order, facts, requester);
}

/** Who asks. Errors: BAD_PARAMETER for an address that is not registered. Source: netdrms-export B8.1. */
async function requesterOf({ words, site, trace, request }: QueryContext): Promise<Requester> {
  const notify = words.get("notify");
  const address = notify === undefined ? undefined : readAddress(notify);
  if (address === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      notify === undefined ? "notify is missing, expected a registered address" : "notify is no mail address",
    );
  if (!site.config.exportOpen) {
    const reading = {
      access: "read",
      statementTimeoutMs: STATEMENT_LIMIT_MS,
      signal: request.signal,
    } as const;
    const { state } = await inTransaction(requestPool(site), reading, (database) =>
      addressState(database, address),
    );
    if (state !== "registered")
      throw new DasError("BAD_PARAMETER", "the address of notify is not registered for exports here");
  }
  const name = words.get("requestor") ?? words.get("requester") ?? address.local;
  return { address: address.text, name: name.slice(0, 100), client: trace.client };
}

/** Reads the record sets and looks at all of their files. */
async function look(
  { words, site }: QueryContext,
  archive: RequestArchive,
  wanted: OrderWords,
): Promise<{ readonly facts: RequestFacts; readonly order: ExportOrder }> {
  const { database, catalog, log, signal } = archive;
  const { dataset, sets } = await orderedRecords(catalog, wanted, isSet(words, "q"));
  const { cutout, records } = wanted.processing;
  if (cutout !== undefined) {
    // What is wrong with the place is known before anything is begun.
    for (const set of sets) {
      placingKeywords(set.series);
      await RequestCutout.open(database, catalog, set, cutout);
    }
  }
  const order: ExportOrder = {
    ...{ kind: "records", dataset, records, processing: wanted.processingText },
    ...{ protocol: wanted.protocolText, fileNameFormat: wanted.fileNameFormat },
    method: wanted.method === "url-tar" ? "url-tar" : "url",
  };
  const sums = await archive.sums();
  const siteCode = await readSums(sums, ownSiteCode);
  const facts = await requestFacts(database, catalog, sets, order, {
    units: { sums, siteCode, log, signal },
    maxRecords: site.config.exportMaxRecords,
    keepsFiles: wanted.method === "url_quick",
  });
  if (facts.recordCount === 0) throw new DasError("NO_DATA", "there are no such records");
  if (facts.fileCount === facts.missing && facts.isOnLine)
    throw new DasError("NO_DATA", "the records have no files");
  return { facts, order };
}

/** What is on line needs no request. Source: netdrms-export B8 ("Immediate reply"). */
function filesAtOnce({ files, missing, recordCount, megabytes }: RequestFacts): FetchReply {
  return {
    ...{ rcount: recordCount, count: files.length - missing, size: megabytes, dir: "" },
    data: files.map(({ record, path }) => ({ record, filename: path ?? "NoDataFile" })),
    ...{ requestid: "", method: "url_quick", protocol: "as-is", wait: 0, status: 0 },
  };
}

async function accept(
  context: QueryContext,
  wanted: OrderWords,
  order: ExportOrder,
  facts: RequestFacts,
  requester: Requester,
): Promise<FetchReply> {
  const { words, site } = context;
  const { config } = site;
  const request: NewRequest = {
    ...order,
    ...{ requester, test: isSet(words, "t"), md5: facts.md5 },
    ...{ recordCount: facts.recordCount, megabytes: facts.megabytes },
  };
  expectRoom(config, facts.megabytes);
  const needsHelp = isSet(words, "o") && !facts.isOnLine;
  const help = "not all of the files are on line: ask those who run this server to bring them";
  const accepted = await acceptRequest(requestPool(site), request, {
    ...acceptOptions(config),
    ...(needsHelp ? { status: REQUEST_STATUS.needsHelp, error: help } : {}),
  });
  const { method, protocolText: protocol } = wanted;
  const members = { method, protocol, rcount: facts.recordCount, size: facts.megabytes };
  if (accepted.kind === "busy") return busyReply(accepted, members);
  if (needsHelp && accepted.kind === "new")
    return {
      ...{ status: REQUEST_STATUS.needsHelp, requestid: accepted.id, ...members, wait: NEVER_S, error: help },
      ...(config.contactEmail === undefined ? {} : { contact: config.contactEmail }),
    };
  const status = accepted.test ? 12 : REQUEST_STATUS.waiting;
  return { status, requestid: accepted.id, ...members, wait: FIRST_WAIT_S };
}

/** Errors: BAD_PARAMETER where no exports are made here; TOO_MUCH_ASKED for one that never has room. */
function expectRoom({ exportRoot, exportMaxBytes }: Config, megabytes: number): void {
  if (exportRoot === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      "this server exports only stored files as they are: expected method=url_quick and protocol=as-is, of records on line",
    );
  if (exportMaxBytes > 0 && megabytes * 1024 * 1024 > exportMaxBytes)
    throw new DasError(
      "TOO_MUCH_ASKED",
      `the request has ${megabytes} MB, more than all exports may take here`,
    );
}
