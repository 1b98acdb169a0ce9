import { encodedPath } from "../../stream/url-text.js";
import type { Contact, DataSource } from "../data-source.js";
import { lastElement } from "../id-element.js";
import { type HttpParam, httpParams, httpParamsJson, olderHttpParamsJson } from "./http-params.js";
import type { JsonObject } from "./json.js";
import { olderExamples, sourceInterface } from "./source-interface.js";
import { localId, sourceUrl, type ViewFacts } from "./view-facts.js";

/** What clients of live data may ask the server to speak; das2-server 10. */
export const LIVE_PROTOCOL = "forward-stream-v1.das2.org";

/**
 * The definition of the data of a source for path-style clients, version 0.7, with the words of an older version beside for the
 * deployed Python client. Source: das2-server 8.1.
 */
export function httpStreamSource(source: DataSource, facts: ViewFacts): JsonObject {
  const params = httpParams(source, facts);
  return {
    type: "HttpStreamSrc",
    version: "0.7",
    ...heading(source, facts),
    protocol: {
      method: "GET",
      convention: "HTTP/1.1",
      ...protocol(source, facts, [sourceUrl(facts, localId(source), "/flex")], params),
    },
    interface: sourceInterface(source, params),
  };
}

/**
 * The same for live data, of a source whose data go on (`realTime`): the end may be `forever`, the begin `now`.
 * Source: das2-server 8.1, 10.
 */
export function webSocketSource(source: DataSource, facts: ViewFacts): JsonObject {
  const params = httpParams(source, facts);
  const url = liveUrl(facts, localId(source));
  return {
    type: "WebSocSrc",
    version: "0.7",
    ...heading(source, facts),
    protocol: {
      method: "GET",
      convention: "WebSocket",
      subProtocol: LIVE_PROTOCOL,
      ...protocol(source, facts, [url], params),
    },
    interface: sourceInterface(source, params),
  };
}

/** Where the live data of a source are had. */
export function liveUrl({ live, server }: ViewFacts, id: string): string {
  return `${live ?? server.replace(/^http/, "ws")}/source/${encodedPath(id)}/flexRT`;
}

/** What every view of a source says of it. */
export function heading(source: DataSource, { tag }: Pick<ViewFacts, "tag">): JsonObject {
  const id = localId(source);
  return {
    label: lastElement(id),
    name: nodeName(id),
    title: source.description,
    ...(tag === undefined ? {} : { uri: `${tag}:/${id.toLowerCase()}` }),
    ...(source.summary === undefined ? {} : { summary: source.summary }),
    contacts: source.contacts.map((contact) => ({ ...contactParts(contact) })),
  };
}

/** An id as a name: `Demo/Pump4` is `demo_pump4`. */
export function nodeName(id: string): string {
  return id.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

const CONTACT_TYPES = { technical: "technical", scientific: "scientific", other: "maintainer" } as const;

/** `Name <mail>` taken apart. */
export function contactParts({ kind, text }: Contact): {
  readonly type: string;
  readonly name: string;
  readonly email?: string;
} {
  const [, name = text, email] = /^(.*?)\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  return { type: CONTACT_TYPES[kind], name: name.trim(), ...(email === undefined ? {} : { email }) };
}

function protocol(
  source: DataSource,
  { realm }: ViewFacts,
  urls: readonly string[],
  params: readonly HttpParam[],
): JsonObject {
  const required = source.access.length > 0;
  return {
    baseUrls: urls,
    authorization: { required },
    ...(required ? { authentications: [{ method: "HTTP/Basic", realm: realm ?? "" }] } : {}),
    httpParams: httpParamsJson(params),
    base_urls: urls,
    http_params: olderHttpParamsJson(params),
    examples: olderExamples(source, params),
  };
}
