import type { Stats } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { DasError } from "../errors/das-error.js";
import type { HeaderLine, Request, Response } from "./http.js";
import { EMPTY_BODY } from "./http.js";

/** Bytes of a file served from memory: style sheets, logos, scripts. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  gif: "image/gif",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  md: "text/plain; charset=utf-8",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webp: "image/webp",
  woff2: "font/woff2",
  xml: "text/xml; charset=utf-8",
  xsl: "text/xsl; charset=utf-8",
};

/** Media types that files of pages may have, without parameters. */
export const RESOURCE_TYPES: readonly string[] = [
  ...new Set([...Object.values(TYPES).map((type) => type.split(";")[0] ?? type), "application/octet-stream"]),
];

/** A file below one of the folders of resources. */
export interface ResourceFile {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * The file of that relative name in the first folder that has it; links are followed only to what is below the same
 * folder, names that begin with a dot are not found.
 */
export async function findResource(
  folders: readonly string[],
  name: string,
): Promise<ResourceFile | undefined> {
  if (name.split("/").some((element) => element === "" || element.startsWith("."))) return undefined;
  for (const folder of folders) {
    try {
      const root = await realpath(folder);
      const path = await realpath(join(root, name));
      const stats = await stat(path);
      if (path.startsWith(root + sep) && stats.isFile()) return { path, stats };
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** The first file of the folders, by name, that matches. */
export async function firstResource(
  folders: readonly string[],
  matches: (name: string) => boolean,
): Promise<ResourceFile | undefined> {
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names.filter(matches).sort()) {
      const found = await findResource([folder], name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Whether the client's copy has that tag, by `If-None-Match`; `undefined` where it does not say (RFC 9110 13.1.2). */
export function isTagKnown(request: Request, etag: string): boolean | undefined {
  return request.headers["if-none-match"]
    ?.split(",")
    .some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag.replace(/^W\//, ""));
}

/** Whether the client's copy is still good; `If-None-Match` has the word before `If-Modified-Since` (RFC 9110 13.2.2). */
export function isUnchanged(request: Request, etag: string, modified: Date): boolean {
  const isKnown = isTagKnown(request, etag);
  if (isKnown !== undefined) return isKnown;
  const since = Date.parse(request.headers["if-modified-since"] ?? "");
  return !Number.isNaN(since) && Math.floor(modified.getTime() / 1000) * 1000 <= since;
}

/** Answers with a file: type by extension, validators, 304 where the client has it already. Source: das2-server 1.3. */
export async function resourceResponse(request: Request, file: ResourceFile): Promise<Response> {
  const { path, stats } = file;
  if (stats.size > MAX_FILE_BYTES)
    throw new DasError("NOT_FOUND", "There is nothing at this path", { path, size: stats.size });
  // Weak, because a coded answer of other bytes carries the same tag.
  const etag = `W/"${stats.size.toString(36)}-${Math.round(stats.mtimeMs).toString(36)}"`;
  const validators: HeaderLine[] = [
    ["ETag", etag],
    ["Last-Modified", stats.mtime.toUTCString()],
    ["Cache-Control", "no-cache"],
  ];
  if (isUnchanged(request, etag, stats.mtime)) return { status: 304, headers: validators, body: EMPTY_BODY };
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  const type = TYPES[extension] ?? "application/octet-stream";
  return { status: 200, headers: [["Content-Type", type], ...validators], body: await readFile(path) };
}
