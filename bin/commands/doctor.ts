import { parseArgs } from "node:util";
import { siteCacheAccess } from "../../cgi/cache/site-access.js";
import { openSite } from "../../cgi/open-site.js";
import { countText } from "../../cgi/pages/format.js";
import { RememberedSources } from "../../cgi/remembered-sources.js";
import type { Site } from "../../cgi/site.js";
import { ALL_CHECKS } from "../../cgi/status/all-checks.js";
import { type CheckState, type CheckSubject, type Finding, worstState } from "../../cgi/status/finding.js";
import { hostFacts } from "../../cgi/status/host-facts.js";
import { type CheckResult, runCheck, runChecks } from "../../cgi/status/run-check.js";
import type { Config } from "../../config/config.js";
import { CONFIG_OPTION, noMoreThan } from "./cache-arguments.js";
import type { Command } from "./command.js";
import { readBrokenConfig } from "./read-broken-config.js";
import { sourceTree } from "./source-setting.js";

/** Longest time for one check, milliseconds: an operator waits longer than a page does. */
const LIMIT_MS = 10_000;

/** `heliostream doctor`: looks at an installation, and says what to change. */
export const doctor: Command = {
  help: [
    "usage: heliostream doctor [-c FILE] [--json]",
    "",
    "Looks at an installation: configuration, definitions and their programs, folders and their disks, cache, builds, Redis, the",
    "archive with its partitions and exports, passwords, addresses, certificates, clock, leap seconds, machine. It says of each",
    "thing how it is and what to do where it is not well. It changes nothing. Best run as the user of the server.",
    "",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
    "  --json             the same as JSON",
    "",
    "Exit status: 0 where all is well, 1 where something wants a look or could not be looked at, 2 where something is broken.",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...CONFIG_OPTION, json: { type: "boolean" } },
    });
    noMoreThan(0, positionals);
    const results = await examine(values.config, process.env);
    const state = worstState(results.flatMap(({ findings }) => findings));
    console.log(
      values.json === true ? JSON.stringify({ state, checks: results }, undefined, 2) : reportText(results),
    );
    return exitStatus(state);
  },
};

/** The exit status for the worst state of all. */
export function exitStatus(state: CheckState): 0 | 1 | 2 {
  if (state === "bad") return 2;
  return state === "good" || state === "off" ? 0 : 1;
}

/** Looks at the installation of a configuration, whatever is wrong with that. Errors: BAD_CONFIG where the file cannot be read at all. */
export async function examine(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<readonly CheckResult[]> {
  const { config, faults } = readBrokenConfig(file, env);
  let site: Site | undefined;
  // What the server itself would not start with is found by a check; the others go on.
  const opened = (): Site => {
    site ??= openSite(config, { resident: false, log: { write: () => {}, close: async () => {} } });
    return site;
  };
  const subject: CheckSubject = {
    config,
    sources: new RememberedSources(sourceTree(config)),
    openCache: () => cacheOf(config, opened),
    now: Date.now,
    host: hostFacts(),
  };
  const results = await runChecks(ALL_CHECKS, (check) => runCheck(check, subject, LIMIT_MS));
  await site?.close();
  return results.map((result) =>
    result.check === "configuration" && faults.length > 0
      ? { ...result, findings: [...faults, ...result.findings.filter(({ state }) => state !== "good")] }
      : result,
  );
}

async function cacheOf(config: Config, opened: () => Site): ReturnType<CheckSubject["openCache"]> {
  return config.cacheRoot === undefined ? undefined : siteCacheAccess(opened());
}

const SIGNS: Readonly<Record<CheckState, string>> = {
  good: "good",
  worried: "LOOK",
  bad: "BAD ",
  unknown: "?   ",
  off: "-   ",
};

/** The findings for people: a line for each, what to do below it, and a summary. */
export function reportText(results: readonly CheckResult[]): string {
  const findings = results.flatMap((result) => result.findings);
  const width = Math.min(24, Math.max(0, ...findings.map(({ name }) => name.length)));
  const lines = findings.flatMap((finding) => findingLines(finding, width));
  const count = (state: CheckState): number => findings.filter((one) => one.state === state).length;
  const [bad, worried, unknown] = [count("bad"), count("worried"), count("unknown")];
  const summary =
    bad + worried + unknown === 0
      ? `all is well: ${countText(count("good"), "thing")} looked at`
      : `${bad} broken, ${worried} to be looked at, ${unknown} not known, ${count("good")} good`;
  return [...lines, "", summary].join("\n");
}

function findingLines({ name, state, says, advice }: Finding, width: number): string[] {
  const lines = [`${SIGNS[state]}  ${name.padEnd(width)}  ${printable(says)}`];
  if (advice !== undefined) lines.push(`      ${"".padEnd(width)}-> ${printable(advice)}`);
  return lines;
}

/** What comes from files and servers may not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (c) => (c === "\n" ? " " : "\uFFFD"));
}
