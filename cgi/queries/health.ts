import { textResponse } from "../http.js";
import type { Query } from "../query.js";

/** `/healthz`: that the process lives and answers; nothing is looked at. */
export const healthz: Query = () => textResponse(200, "text/plain", "ok\n");
