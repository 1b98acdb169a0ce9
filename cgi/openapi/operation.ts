import type { JsonObject } from "../../dsdf/flex/json.js";

/** A parameter of a request; in a query string unless it stands in the path. */
export interface ApiParameter {
  readonly name: string;
  readonly about: string;
  readonly in?: "path";
  readonly required?: true;
  /** Default: text. */
  readonly type?: "string" | "number" | "integer" | "boolean";
  readonly values?: readonly string[];
  readonly default?: string;
  readonly example?: string;
}

/** How a door tells of errors. */
export type ErrorForm = "das2" | "hapi" | "jsoc";

/** One path of the server, or one kind of path. */
export interface ApiOperation {
  /** Below the mount; `{name}` is a parameter of the path, in which slashes stay as they are. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly ApiParameter[];
  /** Media types of status 200, without parameters of their own; empty where the path only leads elsewhere. */
  readonly types: readonly string[];
  /** Statuses besides 200 and those that every path of its door has. */
  readonly statuses?: readonly number[];
  readonly errors: ErrorForm;
  /** Whether some sources ask for a login here. */
  readonly login?: true;
  /** A form may be sent as well. */
  readonly post?: true;
  /** Query strings that can be tried; the parameters of the path are those of their examples. */
  readonly examples?: readonly string[];
}

/** What a status means, in a few words. */
const STATUS_TEXTS: Readonly<Record<number, string>> = {
  101: "A WebSocket is open",
  200: "The answer",
  206: "The bytes that were asked for",
  301: "It has another address now",
  302: "It is at another address",
  304: "What the client has is still right",
  400: "The request cannot be understood, or asks for more than one request may",
  401: "A user name and a password are needed",
  403: "Not for this client",
  404: "There is no such thing",
  405: "Another method",
  413: "The body is too long",
  414: "The URL is too long",
  416: "No such bytes",
  429: "Too many requests of this client; `Retry-After` tells when to come again",
  500: "The server, or a program it runs, failed",
  501: "Not offered by this server, or not for this source",
  502: "A server elsewhere answered otherwise than agreed",
  503: "The server is busy, or something it needs is away",
};

/** What every path may answer, by the form of its errors: the JSOC door tells most of them under 200. */
const USUAL_STATUSES: Readonly<Record<ErrorForm, readonly number[]>> = {
  das2: [304, 400, 405, 414, 429, 500, 503],
  hapi: [304, 400, 405, 414, 429, 500, 503],
  jsoc: [405, 413, 414, 429, 500, 503],
};

/** A path item: the operations of one path. */
export function pathItem(operation: ApiOperation): JsonObject {
  const { parameters = [], post } = operation;
  const inPath = parameters.filter((one) => one.in === "path").map(parameterJson);
  const inQuery = parameters.filter((one) => one.in !== "path");
  return {
    ...(inPath.length === 0 ? {} : { parameters: inPath }),
    get: operationJson(operation, "get", { parameters: inQuery.map(parameterJson) }),
    ...(post === true ? { post: operationJson(operation, "post", { requestBody: formBody(inQuery) }) } : {}),
  };
}

function operationJson(operation: ApiOperation, method: "get" | "post", input: JsonObject): JsonObject {
  const { path, tag, summary, description, login, examples, statuses = [], types, errors } = operation;
  const all = [...(types.length === 0 ? [] : [200]), ...USUAL_STATUSES[errors], ...statuses];
  if (login === true) all.push(401);
  const responses = [...new Set(all)]
    .sort((a, b) => a - b)
    .map((status) => [String(status), responseJson(status, operation)] as const);
  return {
    operationId: operationId(path, method),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...input,
    responses: Object.fromEntries(responses),
    ...(login === true ? { security: [{}, { basic: [] }] } : {}),
    ...(examples === undefined || method === "post" ? {} : { "x-examples": examples }),
  };
}

/** `/hapi/info` by GET is `getHapiInfo`. */
function operationId(path: string, method: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const name = words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join("");
  return `${method}${name === "" ? "Root" : name}`;
}

function responseJson(status: number, { types, errors, path }: ApiOperation): JsonObject {
  const description = STATUS_TEXTS[status] ?? "";
  if (status === 304 || status === 101) return { description };
  const media = status === 200 || status === 206 ? types : errorTypes(errors, path);
  return {
    description,
    ...(status === 429 || status === 503
      ? { headers: { "Retry-After": { schema: { type: "integer" } } } }
      : {}),
    ...(status === 301 || status === 302 ? { headers: { Location: { schema: { type: "string" } } } } : {}),
    content: Object.fromEntries(media.map((type) => [type, { schema: schemaOf(type, status, errors) }])),
  };
}

function errorTypes(errors: ErrorForm, path: string): readonly string[] {
  if (errors !== "das2")
    return ["application/json", ...(errors === "jsoc" ? ["text/plain", "text/html"] : [])];
  if (path.endsWith(".json")) return ["application/json"];
  return ["text/vnd.das2.das2stream", "text/vnd.das.stream", "text/plain"];
}

function schemaOf(type: string, status: number, errors: ErrorForm): JsonObject {
  if (type !== "application/json") return type.startsWith("text/") ? { type: "string" } : {};
  if (status === 200) return { type: "object" };
  return {
    $ref: `#/components/schemas/${errors === "das2" ? "Error" : errors === "hapi" ? "HapiError" : "JsocError"}`,
  };
}

function parameterJson(parameter: ApiParameter): JsonObject {
  const { name, about, required, example } = parameter;
  const isInPath = parameter.in === "path";
  return {
    name,
    in: isInPath ? "path" : "query",
    description: about,
    required: isInPath || required === true,
    schema: valueSchema(parameter),
    ...(example === undefined ? {} : { example }),
  };
}

function valueSchema({ type = "string", values, default: usual }: ApiParameter): JsonObject {
  return {
    type,
    ...(values === undefined ? {} : { enum: values }),
    ...(usual === undefined ? {} : { default: usual }),
  };
}

function formBody(parameters: readonly ApiParameter[]): JsonObject {
  const properties = Object.fromEntries(
    parameters.map((one) => [one.name, { description: one.about, ...valueSchema(one) }]),
  );
  const schema = { type: "object", properties };
  return {
    content: { "application/x-www-form-urlencoded": { schema }, "multipart/form-data": { schema } },
  };
}
