import { HAPI_FORMATS } from "../../formats/hapi/options.js";
import { DEPTHS } from "../hapi/catalog.js";
import { HAPI_ENDPOINTS } from "../hapi/door.js";
import { type HapiWord, SPELLINGS } from "../hapi/words.js";
import { type ApiFacts, queryText } from "./facts.js";
import type { ApiOperation, ApiParameter } from "./operation.js";

/** What each parameter means. Source: HAPI 3.3, section 3. */
const WORDS: Readonly<Record<HapiWord, Omit<ApiParameter, "name">>> = {
  dataset: { about: "Id of a data set", required: true },
  start: { about: "Begin, UTC", required: true },
  stop: { about: "End, UTC, excluded", required: true },
  parameters: { about: "Names of parameters, separated by commas; none means all" },
  include: { about: "Whether the header comes before the records", values: ["header"] },
  format: { about: "Form of the records", values: HAPI_FORMATS, default: "csv" },
  resolve_references: { about: "There are no references, so both mean the same", values: ["true", "false"] },
  depth: { about: "Whether each data set comes with its header", values: DEPTHS },
};

const SUMMARIES: Readonly<Record<string, readonly [summary: string, ...types: string[]]>> = {
  "/hapi": ["What HAPI is, for people", "text/html"],
  "/hapi/about": ["The server", "application/json"],
  "/hapi/capabilities": ["What it can", "application/json"],
  "/hapi/catalog": ["All data sets", "application/json"],
  "/hapi/info": ["The header of a data set", "application/json"],
  "/hapi/data": ["Records of a data set", "text/csv", "application/octet-stream", "application/json"],
};

/** The way in for clients of HAPI, from the table that answers them. Source: HAPI 3.3. */
export function hapiOperations({ example, open }: ApiFacts): readonly ApiOperation[] {
  if (!open.hapi) return [];
  const range =
    example === undefined ? {} : { dataset: example.id, start: `${example.begin}Z`, stop: `${example.end}Z` };
  return [...HAPI_ENDPOINTS].map(([path, { words }]) => {
    const [summary = path, ...types] = SUMMARIES[path] ?? [];
    const needed = words.filter((word) => WORDS[word].required === true);
    const known = Object.fromEntries(
      Object.entries(range).filter(([name]) => needed.some((word) => word === name)),
    );
    const isTried = needed.every((word) => Object.hasOwn(known, word));
    return {
      path,
      tag: "HAPI",
      summary,
      parameters: words.map((word) => parameter(word)),
      types,
      statuses: [301, 302, 403, 404],
      errors: "hapi",
      ...(isTried ? { examples: examplesOf(path, known) } : {}),
    } satisfies ApiOperation;
  });
}

function examplesOf(path: string, known: Readonly<Record<string, string>>): readonly string[] {
  const plain = queryText(known);
  if (path !== "/hapi/data") return [plain];
  return [plain, ...["binary", "json"].map((format) => queryText({ ...known, format }))];
}

function parameter(word: HapiWord): ApiParameter {
  const [, older] = SPELLINGS[word] as readonly string[];
  const { about, ...more } = WORDS[word];
  return { name: word, about: older === undefined ? about : `${about}; also \`${older}\``, ...more };
}
