import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openMeter } from "../../../cgi/metrics/open-meter.js";
import { openSite } from "../../../cgi/open-site.js";
import { ALL_CHECKS } from "../../../cgi/status/all-checks.js";
import { READY_WORDS } from "../../../cgi/status/ready-words.js";
import { packageRoot } from "../../../config/package-root.js";
import { caseConfig } from "../../support/case-site.js";
import { parseExposition } from "../../support/exposition.js";

const text = readFileSync(join(packageRoot(), "docs/health.md"), "utf8");

describe("the page about health and metrics", () => {
  it("has every check with what to do, in their order, and every word of READY_NEEDS", () => {
    const rows = [...text.matchAll(/^\| `([a-z_]+)` \| .+ \| .+ \|$/gm)].map(([, name]) => name);
    const names = ALL_CHECKS.map(({ name }) => name);
    expect(rows.filter((row) => names.includes(row ?? ""))).toEqual(names);
    for (const word of READY_WORDS) expect(text).toContain(`\`${word}\` (`);
  });

  it("has every metric of the server, and none that there is not", async () => {
    const { config, dispose } = caseConfig();
    const site: ReturnType<typeof openSite> = openSite(config, {
      resident: true,
      meter: openMeter(() => site),
    });
    const families = [...parseExposition((await site.meter?.text()) ?? "").keys()];
    const told = new Set(text.match(/\b(?:heliostream|nodejs|process)_[a-z0-9_]+/g));
    const own = families.filter((name) => name.startsWith("heliostream_"));
    expect(own.filter((name) => !told.has(name))).toEqual([]);
    expect([...told].filter((name) => !families.includes(name))).toEqual([]);
    await site.close();
    dispose();
  });
});
