import { join } from "node:path";

/** All programs are bundled as CommonJS and stand side by side. */
declare const require: (file: string) => unknown;

// Most of the time of an answer is that of loading the code for it, so there are two programs: one that runs nothing, and the whole
// server. Either answers what it is given, the first by loading the second; so this look at a request need not be exact.
const request = process.env.REQUEST_URI ?? process.env.QUERY_STRING ?? "";
const isForData = /(?:^|[?&])server=(?:compact)?dataset(?:&|$)/i.test(request);
require(join(import.meta.dirname, isForData ? "server-data" : "server-light"));
