import { randomBytes } from "node:crypto";
import { DasError, isDasError } from "../../errors/das-error.js";
import { inTransaction } from "../../netdrms/database/connection-pool.js";
import { addressState, type MailAddress, readAddress } from "../../netdrms/requests/addresses.js";
import { beginRegistration, confirmRegistration } from "../../netdrms/requests/register-by-mail.js";
import { changeSums } from "../../netdrms/sums/sums-transaction.js";
import type { Response } from "../http.js";
import type { Query, QueryContext } from "../query.js";
import { decodeText } from "../query-words.js";
import { jsonResponse } from "./json.js";
import { requestPool } from "./request-pool.js";
import { sendMail } from "./send-mail.js";
import { isSet } from "./words.js";

/** What an answer says of an address. Source: netdrms-export B6. */
const ADDRESS_STATUS = {
  begun: 1,
  registered: 2,
  pending: 3,
  unknown: 4,
  internal: -1,
  badAddress: -2,
  noMail: -3,
  badConfiguration: -4,
  databaseAway: -5,
} as const;

/** An answer about an address. */
export function addressResponse(status: keyof typeof ADDRESS_STATUS, msg: string, userId = -1): Response {
  return jsonResponse({ status: ADDRESS_STATUS[status], msg, user_id: userId });
}

/**
 * `checkAddress.sh`: whether an address is registered for exports. Without `checkonly` one that is not known gets a mail, with a link
 * that registers it (`code`), where the site sends any. Source: netdrms-export B6.
 */
export const checkAddress: Query = async (context) => {
  const address = givenAddress(context.words.get("address"));
  if (address === undefined)
    return addressResponse("badAddress", "address is missing or none, expected name@host.domain");
  if (context.site.config.exportOpen) return addressResponse("registered", REGISTERED);
  try {
    const code = context.words.get("code");
    return code === undefined ? await look(context, address) : await confirm(context, address, code);
  } catch (error) {
    if (!(error instanceof DasError) || error.code === "CANCELLED") throw error;
    context.trace.fail(error, "failed");
    return failure(error);
  }
};

const REGISTERED = "The address is registered";

/** The address of a request: clients encode it once more than a URL needs. */
function givenAddress(text: string | undefined): MailAddress | undefined {
  if (text === undefined) return undefined;
  try {
    // A `+` that is left is one of the address.
    return readAddress(decodeText(text.trim(), "the address", false, true));
  } catch (error) {
    if (isDasError(error, "BAD_PARAMETER")) return undefined;
    throw error;
  }
}

async function look(context: QueryContext, address: MailAddress): Promise<Response> {
  const { site, request, words } = context;
  const reading = { access: "read", statementTimeoutMs: STATEMENT_LIMIT_MS, signal: request.signal } as const;
  const known = await inTransaction(requestPool(site), reading, (database) =>
    addressState(database, address),
  );
  const isAsked = !isSet(words, "checkonly");
  switch (known.state) {
    case "registered":
      return addressResponse("registered", REGISTERED, known.userId);
    case "pending":
      return isAsked ? register(context, address) : addressResponse("pending", PENDING);
    case "unknown":
      return isAsked
        ? register(context, address)
        : addressResponse("unknown", "The address is not registered");
    default:
      return known satisfies never;
  }
}

const STATEMENT_LIMIT_MS = 20_000;
const PENDING = "A mail was sent to the address, and its link was not followed yet";

/** Sends the mail that a registration begins with, at most one a day. */
async function register({ site, trace }: QueryContext, address: MailAddress): Promise<Response> {
  const { jsocMailProgram: program, serverUrl, siteName, contactEmail } = site.config;
  if (program === undefined)
    return addressResponse(
      "noMail",
      "This server sends no mail: ask those who run it to register the address",
    );
  // A link from the header Host of the request would lead wherever its sender likes.
  if (serverUrl === undefined) return addressResponse("badConfiguration", "SERVER_URL is not set");
  const code = randomBytes(16).toString("hex");
  const begin = await changeSums(requestPool(site), (database) => beginRegistration(database, address, code));
  if (begin === "pending") return addressResponse("pending", PENDING);
  if (begin === "too many")
    return addressResponse("noMail", "Too many registrations at once, try again later");
  const words = new URLSearchParams({ address: encodeURIComponent(address.text), code });
  try {
    await sendMail(program, {
      to: address.text,
      ...(contactEmail === undefined ? {} : { from: contactEmail }),
      subject: `${siteName}: registration for exports`,
      text: `This address was given to ask ${siteName} for exports of data. Follow this link within a day to register it:\n\n${serverUrl}/jsoc/checkAddress.sh?${words}\n\nIf that was not you, nothing needs to be done.\n`,
    });
  } catch (error) {
    if (!isDasError(error, "READER_FAILED")) throw error;
    trace.fail(error, "failed");
    return addressResponse("noMail", error.message);
  }
  return addressResponse("begun", "A mail was sent to the address: follow its link to register");
}

async function confirm({ site }: QueryContext, address: MailAddress, code: string): Promise<Response> {
  return changeSums(requestPool(site), async (database) => {
    if (!(await confirmRegistration(database, address, code)))
      return addressResponse(
        "badAddress",
        "The code is not the one that was sent, or was sent more than a day ago",
      );
    const known = await addressState(database, address);
    return addressResponse("registered", REGISTERED, known.state === "registered" ? known.userId : -1);
  });
}

/** SQLSTATE of a table or schema that does not exist, and of one that the server may not read. */
const NO_TABLES: ReadonlySet<unknown> = new Set(["42P01", "3F000", "42501"]);

function failure(error: DasError): Response {
  if (error.code === "BAD_CONFIG" || NO_TABLES.has(error.where.sqlState))
    return addressResponse("badConfiguration", "This server keeps no addresses");
  if (error.code === "INTERNAL") return addressResponse("internal", error.message);
  return addressResponse("databaseAway", error.message);
}
