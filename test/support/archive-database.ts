import { setUpArchive } from "../../netdrms/schema/setup.js";
import type { TestTemplate } from "./postgres.js";

/** Code of the site of archives for tests: the first private one (netdrms 3.2). */
export const TEST_SITE = 0x4000;

/**
 * A complete archive without series, records and storage units in one database: `await testDatabase({ template:
 * ARCHIVE_TEMPLATE })`. User `ex` owns the namespace `su_ex`, `production` writes storage units, `web` reads.
 */
export const ARCHIVE_TEMPLATE: TestTemplate = {
  name: "archive",
  async make(url) {
    await setUpArchive(
      { drms: url, sums: url },
      {
        createDatabases: false,
        siteCode: TEST_SITE,
        production: { name: "production" },
        web: { name: "web" },
        users: [{ name: "ex" }],
        guests: [],
        partitions: [],
      },
    );
  },
};
