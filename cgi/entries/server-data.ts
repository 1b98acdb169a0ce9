import { runCgiEntry } from "../cgi-entry.js";
import { openSite } from "../open-site.js";
import { handle } from "../routes.js";

// The whole server for one request; loaded by the entry `server`, or by `server-light` for what that cannot answer.
runCgiEntry((config) => openSite(config, { resident: false }), handle);
