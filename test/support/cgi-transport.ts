import { PassThrough } from "node:stream";
import { runCgi } from "../../cgi/adapters/cgi.js";
import type { Handler } from "../../cgi/http.js";
import { parseAnswer, type RawAnswer, type RawRequest } from "./raw-http.js";

/** The environment that Apache gives a program for a request to `mount`; bytes become text as Node reads an environment. */
export function cgiEnvironment(request: RawRequest, mount: string): Record<string, string> {
  const target = Buffer.from(request.target, "latin1").toString("utf8");
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const env: Record<string, string> = {
    GATEWAY_INTERFACE: "CGI/1.1",
    REQUEST_METHOD: request.method ?? "GET",
    REQUEST_URI: target,
    QUERY_STRING: mark < 0 ? "" : target.slice(mark + 1),
    SCRIPT_NAME: mount,
    SERVER_PROTOCOL: `HTTP/${request.protocol ?? "1.1"}`,
    SERVER_NAME: "127.0.0.1",
    SERVER_PORT: "80",
    REMOTE_ADDR: "127.0.0.1",
    HTTP_HOST: "127.0.0.1",
  };
  if (path.length > mount.length) env.PATH_INFO = decodeURIComponentSafe(path.slice(mount.length));
  for (const [name, value] of Object.entries(request.headers ?? {}))
    env[`HTTP_${name.toUpperCase().replaceAll("-", "_")}`] = value;
  return env;
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Sends a request through the CGI adapter in this process and reads the answer as Apache would pass it on. */
export async function cgiRequest(handler: Handler, request: RawRequest, mount: string): Promise<RawAnswer> {
  const out = new PassThrough();
  const pieces: Buffer[] = [];
  out.on("data", (bytes: Buffer) => pieces.push(bytes));
  await runCgi(handler, cgiEnvironment(request, mount), out, new AbortController());
  const bytes = Buffer.concat(pieces);
  const status = /^Status: ([^\r]+)\r\n/.exec(bytes.toString("latin1", 0, 200));
  if (status?.[1] === undefined) throw new Error("no Status line");
  const rest = bytes.subarray(status[0].length);
  return parseAnswer(
    Buffer.concat([Buffer.from(`HTTP/1.1 ${status[1]}\r\n`), rest]),
    request.method ?? "GET",
  );
}
