import type { KeyDescriptor } from "./key-types.js";

/** What the JSOC web interface offers of the archive, and for how long it works on a question; netdrms-export B. */
export const JSOC_KEYS = [
  {
    key: "JSOC_SERIES",
    field: "jsocSeries",
    type: "words",
    default: "*",
    help: "Series of the archive that the JSOC web interface offers: names in which * stands for any characters; those behind a ! are left out. Series that sources with access rules read are left out too, unless they are named here without a *.",
  },
  {
    key: "JSOC_TIME_LIMIT",
    field: "jsocTimeLimit",
    type: "number",
    default: "50",
    unit: "s",
    min: 1,
    max: 3600,
    help: "Longest time until a question of the JSOC web interface has its answer or an error; its usual client waits for 60 s.",
  },
  {
    key: "JSOC_ANSWER_LIMIT",
    field: "jsocAnswerLimit",
    type: "bytes",
    default: "1G",
    unit: "bytes",
    min: 65_536,
    max: 64 * 1024 ** 3,
    help: "Longest list of records of the JSOC web interface; what does not fit into memory waits in a temporary file.",
  },
  {
    key: "JSOC_MAIL_PROGRAM",
    field: "jsocMailProgram",
    type: "optional path",
    default: "",
    help: "Program that takes mails as sendmail -t -i does, for the registration of addresses; needs SERVER_URL for the link in them. Empty: no mail is sent, heliostream addresses registers them.",
  },
] as const satisfies readonly KeyDescriptor[];
