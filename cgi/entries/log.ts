import { runCgiEntry } from "../cgi-entry.js";
import { handleLog } from "../log/viewer.js";
import { makeSite } from "../make-site.js";

// The log viewer: opens no definition and runs no program.
runCgiEntry(
  (config) => makeSite(config, { resident: false, authorize: async () => ({ granted: false, realm: "" }) }),
  handleLog,
);
