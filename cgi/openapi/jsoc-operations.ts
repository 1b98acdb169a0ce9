import { SHOW_INFO_ARGUMENTS } from "../../netdrms/programs/show-info/declaration.js";
import { JSOC_ENDPOINTS } from "../jsoc/door.js";
import type { ApiFacts } from "./facts.js";
import type { ApiOperation, ApiParameter } from "./operation.js";

interface EndpointText {
  readonly summary: string;
  readonly types: readonly string[];
  /** What its words mean. */
  readonly words: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
}

const JSON_TYPE = "application/json";
const NAMES = "names separated by commas, or `**ALL**`, `**NONE**`";

const STREAMED = "drms_export.cgi";

/** What is said of the endpoints. Source: netdrms-export B and C. */
const TEXTS: Readonly<Record<string, EndpointText>> = {
  show_series: {
    summary: "Series that are offered",
    types: [JSON_TYPE],
    words: {
      filter: "A pattern of names; `NOT` before it for all others",
      v: "1: with retention, archive, owner",
    },
    examples: ["", "filter=nothing"],
  },
  showextseries: {
    summary: "The same in another form",
    types: [JSON_TYPE],
    words: { filter: "A pattern of names", info: "1: with descriptions" },
    examples: [""],
  },
  jsoc_info: {
    summary: "What a series is, how many records a query finds, what is in them",
    types: [JSON_TYPE],
    words: {
      op: "`series_struct`, `rs_summary` or `rs_list`",
      ds: "A series, or record sets",
      key: `Keywords: ${NAMES}`,
      seg: `Segments: ${NAMES}`,
      link: `Links: ${NAMES}`,
      n: "The first, or negative the last, so many records",
      R: "1: with what is known of each record",
      f: "1: names and values as in FITS headers",
      l: "1: segments of links as those they lead to",
      M: "1: real numbers with all digits",
      B: "1: real numbers as bit patterns",
      o: "1: with the owner",
      r: "1: without the time that it took",
    },
    examples: ["op=rs_image", "op=series_struct&ds=no.such"],
  },
  show_info: {
    summary: "Records of a series as text, as the program show_info writes them",
    types: ["text/plain"],
    words: {
      ...Object.fromEntries(SHOW_INFO_ARGUMENTS.params.map(({ name, about }) => [name, about])),
      ...Object.fromEntries(SHOW_INFO_ARGUMENTS.flags.map(({ name, about }) => [name, `1: ${about}`])),
      z: "Passed over",
      v: "Passed over",
      x: "Passed over",
      T: "Passed over",
    },
    examples: ["ds=no.such"],
  },
  jsoc_fetch: {
    summary: "Requests for files, their state, and storage units",
    types: [JSON_TYPE, "text/plain", "text/html"],
    words: {
      op: "`exp_request`, `exp_repeat`, `exp_status`, `exp_history` or `exp_su`",
      ds: "Record sets; `*file*` for the list in `file`",
      file: "A list of queries, one a line",
      seg: `Segments: ${NAMES}`,
      sunum: "Numbers of storage units, separated by commas",
      requestid: "Id of a request",
      process: "Steps of processing, `n=LIMIT|STEP,name=value,...`",
      processing: "The same as JSON",
      max_recs: "Most records",
      requestor: "Who asks",
      requester: "The same",
      notify: "A registered mail address",
      protocol: "`as-is`, or `FITS` with compression",
      method: "`url_quick`, `url`, `url-tar`, …",
      filenamefmt: "Template of the names of files",
      format: "`json`, `txt` or `html`",
      formatvar: "`dataobj` for another order of the reply",
      t: "1: a request that is only tried",
      o: "1: also files that are not on line",
      q: "1: record sets as they are",
    },
    examples: ["op=exp_status&requestid=JSOC_20000101_1"],
  },
  [STREAMED]: {
    summary: "Files of records, made and sent at once",
    types: ["application/x-tar", "application/fits", "application/octet-stream"],
    words: {
      series: "A series",
      record: "Record numbers",
      compress: "`rice`: images compressed",
      skiptar: "1: a single file, not in a tar",
    },
    examples: ["series=no.such&record=1"],
  },
  "checkAddress.sh": {
    summary: "Whether a mail address is registered, or to register it",
    types: [JSON_TYPE],
    words: { address: "A mail address", checkonly: "1: it is not registered", code: "The code of the mail" },
    examples: ["address=a%40example.org&checkonly=1"],
  },
};

/** The way in for clients of the JSOC web interface, from the table that answers them. Source: netdrms-export B. */
export function jsocOperations({ open }: ApiFacts): readonly ApiOperation[] {
  if (!open.archive) return [];
  const names = [...JSOC_ENDPOINTS].filter(([name]) => open.streamedExports || name !== STREAMED);
  const found = names.map(([name, { words }]): ApiOperation => {
    const text = TEXTS[name];
    const known = words.length === 0 ? Object.keys(text?.words ?? {}) : words;
    return {
      path: `/jsoc/${name}`,
      tag: "JSOC",
      summary: text?.summary ?? name,
      parameters: known.map((word): ApiParameter => ({ name: word, about: text?.words[word] ?? "" })),
      types: [...new Set([...(text?.types ?? []), JSON_TYPE, "text/plain"])],
      statuses: [400, 401, 403, 404, 502],
      errors: "jsoc",
      post: true,
      ...(text === undefined ? {} : { examples: text.examples }),
    };
  });
  return [...found, DOWNLOAD];
}

/** Files of exports and of storage units; byte ranges are given. Source: netdrms-export B8, B9. */
const DOWNLOAD: ApiOperation = {
  path: "/jsoc/{place}/{file}",
  tag: "JSOC",
  summary: "A file of an export or of a storage unit, as the replies name it",
  parameters: [
    { name: "place", in: "path", about: "As in the reply" },
    { name: "file", in: "path", about: "As in the reply" },
  ],
  types: [
    "application/octet-stream",
    "application/fits",
    "application/x-tar",
    "text/plain",
    "application/json",
    "*/*",
  ],
  statuses: [206, 304, 400, 403, 404, 416],
  errors: "jsoc",
};
