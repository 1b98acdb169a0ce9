import { createHash } from "node:crypto";
import { DasError } from "../../../errors/das-error.js";
import { REQUEST_STATUS, type Requester } from "../../../netdrms/requests/export-request.js";
import { acceptRequest } from "../../../netdrms/requests/submit-request.js";
import {
  type ListedUnit,
  listUnits,
  parseSunums,
  unitMegabytes,
} from "../../../netdrms/requests/units-export.js";
import { readSums } from "../../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../../netdrms/sums/sunum.js";
import type { QueryContext } from "../../query.js";
import { withArchive } from "../archive.js";
import type { JsonValue } from "../json.js";
import { requestPool } from "../request-pool.js";
import { isSet } from "../words.js";
import { acceptOptions } from "./accept-options.js";
import { busyReply } from "./busy-reply.js";
import type { FetchReply } from "./fetch-reply.js";

/** Units of one request. */
export const MAX_UNITS = 1000;
const NO_REQUEST = "NOASYNCREQUEST";
const FIRST_WAIT_S = 10;

/** `op=exp_su`: where storage units are. Errors: BAD_PARAMETER; those of the archive. Source: netdrms-export B9. */
export function expSu(context: QueryContext): Promise<FetchReply> {
  // Nobody is known here: a request for units on tape is counted by the computer that asks.
  return expUnits(context, { address: "", name: "", client: context.trace.client });
}

/** Where the units of `sunum` are, as of {@link tellUnits}. */
export function expUnits(context: QueryContext, requester: Requester): Promise<FetchReply> {
  const { words } = context;
  const [method, protocol] = [words.get("method") ?? "url_quick", words.get("protocol") ?? "as-is"];
  const sunums = askedUnits(words.get("sunum"));
  return tellUnits(context, requester, sunums, { method, protocol, dataOf: (unit) => ({ ...unit }) });
}

/** How it is told where units are. */
export interface UnitTelling {
  readonly method: string;
  readonly protocol: string;
  /** What a reply has of a unit. */
  readonly dataOf: (unit: ListedUnit) => Readonly<Record<string, string>>;
}

/** Where units are; where some could be brought, and that is not refused, as a request. Errors: those of the archive. */
export async function tellUnits(
  context: QueryContext,
  requester: Requester,
  sunums: readonly bigint[],
  { method, protocol, dataOf }: UnitTelling,
): Promise<FetchReply> {
  const { words, site } = context;
  const units = await withArchive(context, true, async ({ sums, isOffered, log }) => {
    const pool = await sums();
    const siteCode = await readSums(pool, ownSiteCode);
    return listUnits(pool, sunums, { siteCode, log, isOffered, nowMs: site.now().getTime() });
  });
  const size = unitMegabytes(units);
  const isWaitedFor =
    units.some(({ sustatus, path }) => sustatus === "N" && path === "NA") &&
    words.get("requestid") !== NO_REQUEST &&
    site.config.exportRoot !== undefined;
  if (!isWaitedFor)
    return {
      ...{ count: units.length, size, dir: "", data: listOf(units, words.get("formatvar"), dataOf) },
      ...{ requestid: "", method, protocol, wait: 0, status: 0 },
    };
  const members = { method, protocol, rcount: units.length, size };
  const dataset = sunums.join(",");
  const accepted = await acceptRequest(
    requestPool(site),
    {
      ...{ kind: "units", dataset, records: 0, processing: "", protocol, fileNameFormat: "", method: "url" },
      ...{ requester, test: isSet(words, "t"), recordCount: units.length, megabytes: size },
      md5: createHash("md5").update(`units ${dataset}`).digest("hex"),
    },
    acceptOptions(site.config),
  );
  if (accepted.kind === "busy") return busyReply(accepted, members);
  const status = accepted.test ? 12 : REQUEST_STATUS.waiting;
  return { status, requestid: accepted.id, ...members, wait: FIRST_WAIT_S };
}

function askedUnits(text: string | undefined): readonly bigint[] {
  const sunums = text === undefined ? [] : parseSunums(text);
  if (sunums.length > 0 && sunums.length <= MAX_UNITS) return sunums;
  throw new DasError(
    "BAD_PARAMETER",
    `sunum has ${sunums.length} storage units, expected 1 to ${MAX_UNITS} with commas between them`,
  );
}

function listOf(
  units: readonly ListedUnit[],
  form: string | undefined,
  dataOf: UnitTelling["dataOf"],
): JsonValue {
  const listed = units.map((unit) => ({ ...dataOf(unit) }));
  return form === "dataobj"
    ? Object.fromEntries(listed.map((one, n) => [units[n]?.sunum ?? "", one]))
    : listed;
}
