import type { KeyDescriptor } from "./key-types.js";

/** The resident server (`heliostream serve`). */
export const LISTEN_KEYS = [
  {
    key: "LISTEN_HOST",
    field: "listenHost",
    type: "text",
    default: "127.0.0.1",
    env: "HOST",
    help: "Address to listen on; 0.0.0.0 or :: for all.",
  },
  {
    key: "LISTEN_PORT",
    field: "listenPort",
    type: "integer",
    default: "8080",
    env: "PORT",
    min: 0,
    max: 65535,
    help: "Port to listen on; 0 takes a free one.",
  },
  {
    key: "LISTEN_PATH",
    field: "listenPath",
    type: "text",
    default: "/das/server",
    help: "Path of the server below the host.",
  },
  {
    key: "ENABLE_HAPI_SUBSYS",
    field: "enableHapi",
    type: "flag",
    default: "true",
    help: "Whether sources are given to clients of HAPI, the Heliophysics API.",
  },
  {
    key: "HAPI_PATH",
    field: "hapiPath",
    type: "text",
    default: "/hapi",
    help: "Path of the HAPI interface besides LISTEN_PATH/hapi; a word that is no path (none) leaves only that.",
  },
  {
    key: "JSOC_PATH",
    field: "jsocPath",
    type: "text",
    default: "/cgi-bin/ajax",
    help: "Path of the JSOC web interface besides LISTEN_PATH/jsoc; a word that is no path (none) leaves only that.",
  },
] as const satisfies readonly KeyDescriptor[];
