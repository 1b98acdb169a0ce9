import { DasError, type ErrorCode, isDasError, OUTCOME } from "../../errors/das-error.js";
import type { Sql } from "../database/sql.js";
import type { UnitRequest } from "../sums/allocate.js";
import type { SeriesUnits } from "../sums/session.js";
import { isCount, membersOf } from "./wire-members.js";
import {
  seriesUnitsOf,
  unitRequestOf,
  type WireKeep,
  type WireUnit,
  type WireUnitRequest,
} from "./wire-units.js";
import { statementOf, type WirePart, type WireRows } from "./wire-values.js";

/** The version of the protocol of docs/drms-session.md. */
export const PROTOCOL_VERSION = 1;

/** What a client says of itself, once, before anything else. */
export interface Hello {
  readonly op: "hello";
  readonly version: number;
  /** `DRMS_TOKEN`. */
  readonly token: string;
  readonly program: string;
  readonly pid: number;
  /** Longest time of one statement, ms; 0 for no limit, missing for that of the session. */
  readonly statementTimeoutMs?: number;
}

/** What a client asks for, one after the other; `stop` alone may come while a copy runs. */
export type Request =
  | { readonly op: "query"; readonly access: "read" | "write"; readonly statement: readonly WirePart[] }
  | { readonly op: "copy"; readonly statement: readonly WirePart[] }
  | { readonly op: "stop" }
  /** Makes the row of the session where there is none. */
  | { readonly op: "write" }
  | ({ readonly op: "allocate" } & WireUnitRequest)
  | ({ readonly op: "keep" } & WireKeep)
  /** The end of the program; the status that it exits with. */
  | { readonly op: "bye"; readonly status: number };

/** What a server answers. A query: any number of `rows`, then `end`. A copy: messages of bytes, then `end`. */
export type Reply =
  /** With the folder of the session's log, where it has one. */
  | { readonly is: "welcome"; readonly logFolder?: string }
  | ({ readonly is: "rows" } & WireRows)
  | { readonly is: "session"; readonly id: string; readonly namespace: string }
  | ({ readonly is: "unit" } & WireUnit)
  | { readonly is: "end" }
  | { readonly is: "error"; readonly code: ErrorCode; readonly message: string; readonly detail?: string };

/** A request that was checked. */
export type CheckedRequest =
  | { readonly op: "query"; readonly access: "read" | "write"; readonly statement: Sql }
  | { readonly op: "copy"; readonly statement: Sql }
  | { readonly op: "stop" | "write" }
  | { readonly op: "allocate"; readonly request: UnitRequest }
  | { readonly op: "keep"; readonly units: SeriesUnits }
  | { readonly op: "bye"; readonly status: number };

/** A client's first message. Errors: ARCHIVE_FAILED where it is none. */
export function checkHello(value: unknown): Hello {
  const { op, version, token, program, pid, statementTimeoutMs } = membersOf(value);
  const isGood =
    op === "hello" &&
    typeof version === "number" &&
    typeof token === "string" &&
    typeof program === "string" &&
    isCount(pid) &&
    (statementTimeoutMs === undefined || isCount(statementTimeoutMs));
  if (!isGood) throw new DasError("ARCHIVE_FAILED", "A first message that is no greeting");
  return {
    op,
    version,
    token,
    program,
    pid,
    ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
  };
}

/** A client's later message. Errors: ARCHIVE_FAILED where it is none. */
export function checkRequest(value: unknown): CheckedRequest {
  const { op, access, statement, status } = membersOf(value);
  switch (op) {
    case "query":
      if (access === "read" || access === "write") return { op, access, statement: statementOf(statement) };
      break;
    case "copy":
      return { op, statement: statementOf(statement) };
    case "stop":
    case "write":
      return { op };
    case "allocate":
      return { op, request: unitRequestOf(value) };
    case "keep":
      return { op, units: seriesUnitsOf(value) };
    case "bye":
      if (isCount(status)) return { op, status };
      break;
  }
  throw new DasError("ARCHIVE_FAILED", "A message that is no request of the session");
}

/** A failure as a client is told of it. */
export function errorReply(error: unknown): Reply {
  if (!isDasError(error)) return { is: "error", code: "INTERNAL", message: "The session server failed" };
  const { detail } = error.where;
  return {
    is: "error",
    code: error.code,
    message: error.message,
    ...(typeof detail === "string" ? { detail } : {}),
  };
}

/** The failure that a server tells of. */
export function errorOf(value: unknown): DasError {
  const { code, message, detail } = membersOf(value);
  const isKnown = typeof code === "string" && Object.hasOwn(OUTCOME, code);
  return new DasError(
    isKnown ? (code as ErrorCode) : "ARCHIVE_FAILED", // a key of the table
    typeof message === "string" ? message : "The session server failed",
    typeof detail === "string" ? { detail } : {},
  );
}
