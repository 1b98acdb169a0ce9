import type { KeyDescriptor } from "./key-types.js";
import { ACCESS_KEYS } from "./keys-access.js";
import { ARCHIVE_KEYS } from "./keys-archive.js";
import { CACHE_KEYS } from "./keys-cache.js";
import { CLIENT_KEYS } from "./keys-clients.js";
import { EXPORT_KEYS } from "./keys-exports.js";
import { HEALTH_KEYS } from "./keys-health.js";
import { JSOC_KEYS } from "./keys-jsoc.js";
import { LIMIT_KEYS } from "./keys-limits.js";
import { LISTEN_KEYS } from "./keys-listen.js";
import { LIVE_KEYS } from "./keys-live.js";
import { LOG_KEYS } from "./keys-log.js";
import { PEER_KEYS } from "./keys-peers.js";
import { PROGRAM_KEYS } from "./keys-programs.js";
import { PAGE_KEYS, SITE_KEYS, SOURCE_KEYS } from "./keys-site.js";

const INERT = { type: "optional text", default: "", inert: true } as const;

/** Settings of older servers that have no effect here; das2-server 17. */
const INERT_KEYS = [
  { ...INERT, key: "MODULE_PATH", field: "modulePath", help: "Python modules of das2-pyserver." },
  { ...INERT, key: "DATASRC_INC", field: "dataSrcInc", help: "Included definitions of dasFlex." },
  {
    ...INERT,
    key: "D2S_CACHE_RDR",
    field: "d2sCacheReader",
    help: "Reader of das2 blocks; the server reads them itself.",
  },
  {
    ...INERT,
    key: "QDS_CACHE_RDR",
    field: "qdsCacheReader",
    help: "Reader of q stream blocks; they are not kept.",
  },
  { ...INERT, key: "DAS_TO_PNG", field: "dasToPng", help: "Plot program of dasFlex." },
  { ...INERT, key: "MIME_FILE", field: "mimeFile", help: "Table of content types of dasFlex." },
  {
    ...INERT,
    key: "DAS23_PROTOTYPE",
    field: "das23Prototype",
    help: "Prototype interface of das2-pyserver.",
  },
  { ...INERT, key: "ENABLE_VALIDATOR", field: "enableValidator", help: "Upload-and-check page." },
  { ...INERT, key: "ALLOW_VALIDATE_FROM", field: "allowValidateFrom", help: "Who may use that page." },
] as const satisfies readonly KeyDescriptor[];

/** The settings in the order and under the headings of the example file and the reference page. */
export const KEY_SECTIONS: readonly { readonly title: string; readonly keys: readonly KeyDescriptor[] }[] = [
  { title: "Site", keys: SITE_KEYS },
  { title: "Sources", keys: SOURCE_KEYS },
  { title: "Programs", keys: PROGRAM_KEYS },
  { title: "Access", keys: ACCESS_KEYS },
  { title: "Pages", keys: PAGE_KEYS },
  { title: "Logs", keys: LOG_KEYS },
  { title: "Health and metrics", keys: HEALTH_KEYS },
  { title: "Listening", keys: LISTEN_KEYS },
  { title: "Limits", keys: LIMIT_KEYS },
  { title: "One client", keys: CLIENT_KEYS },
  { title: "Live data", keys: LIVE_KEYS },
  { title: "Cache", keys: CACHE_KEYS },
  { title: "NetDRMS archive", keys: ARCHIVE_KEYS },
  { title: "JSOC web interface", keys: JSOC_KEYS },
  { title: "Exports", keys: EXPORT_KEYS },
  { title: "Servers elsewhere", keys: PEER_KEYS },
  { title: "Without effect", keys: INERT_KEYS },
];

/** Every setting once, in that order. */
export const CONFIG_KEYS = [
  ...SITE_KEYS,
  ...SOURCE_KEYS,
  ...PROGRAM_KEYS,
  ...ACCESS_KEYS,
  ...PAGE_KEYS,
  ...LOG_KEYS,
  ...HEALTH_KEYS,
  ...LISTEN_KEYS,
  ...LIMIT_KEYS,
  ...CLIENT_KEYS,
  ...LIVE_KEYS,
  ...CACHE_KEYS,
  ...ARCHIVE_KEYS,
  ...JSOC_KEYS,
  ...EXPORT_KEYS,
  ...PEER_KEYS,
  ...INERT_KEYS,
] as const;

/** Names under which a secret may be met: keys and fields, and the variables that overrule a file. */
export const SECRET_NAMES: ReadonlySet<string> = new Set(
  (CONFIG_KEYS as readonly KeyDescriptor[])
    .filter((row) => row.secret === true)
    .flatMap((row) => [
      row.field,
      ...[row.key, ...(row.aliases ?? [])].flatMap((key) => [key, `HELIOSTREAM_${key}`]),
    ]),
);
