import type { KeyDescriptor } from "./key-types.js";

/** What is written down about requests; das2-server 18. */
export const LOG_KEYS = [
  {
    key: "LOG_PATH",
    field: "logPath",
    type: "path",
    default: "var/log",
    help: "Folder of the request logs.",
  },
  {
    key: "LOG_DAYS",
    field: "logDays",
    type: "integer",
    default: "30",
    unit: "days",
    min: 1,
    max: 3660,
    help: "How long request logs are kept.",
  },
  {
    key: "LOG_COMPATIBLE",
    field: "logCompatible",
    type: "flag",
    default: "false",
    help: "Write also the text files of das2-pyserver, three days in turn for each address.",
  },
  {
    key: "VIEW_LOG_ALLOW",
    field: "viewLogAllow",
    type: "networks",
    default: "127.0.0.1 ::1",
    help: "Addresses and networks that may see the log viewer and server=debug.",
  },
  {
    key: "VIEW_COMMANDS_ALLOW",
    field: "viewCommandsAllow",
    type: "networks",
    default: "127.0.0.1 ::1",
    help: "Of those who may see the log, who also sees command lines, paths and causes in it.",
  },
] as const satisfies readonly KeyDescriptor[];
