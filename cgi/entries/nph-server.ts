import { join } from "node:path";

/** Both programs are bundled as CommonJS and stand side by side. */
declare const require: (file: string) => unknown;

// The server under a name by which Apache passes its output on as it is (das2-server 3.3): the same program, which sees how it was
// called.
require(join(import.meta.dirname, "server"));
