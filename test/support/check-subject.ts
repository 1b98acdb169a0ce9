import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RememberedSources } from "../../cgi/remembered-sources.js";
import type { Check, CheckSubject, Finding } from "../../cgi/status/finding.js";
import { runCheck } from "../../cgi/status/run-check.js";
import { SourceTree } from "../../dsdf/tree.js";
import { caseConfig } from "./case-site.js";

/** An installation for checks, in a folder of its own. */
export interface Installation {
  /** Its folder; definitions are below `sources`. */
  readonly folder: string;
  /** Writes a file below the folder. @returns its path */
  write(name: string, text: string, mode?: number): string;
  /** What a check finds with these settings (`HELIOSTREAM_...`). */
  look(
    check: Check,
    settings?: Readonly<Record<string, string>>,
    more?: Partial<CheckSubject>,
  ): Promise<readonly Finding[]>;
  subject(settings?: Readonly<Record<string, string>>, more?: Partial<CheckSubject>): CheckSubject;
  dispose(): void;
}

/** A machine with everything that it needs. */
export const GOOD_HOST: CheckSubject["host"] = {
  node: "20.20.2",
  uid: 1000,
  openFilesLimit: async () => 65_536,
  openFiles: async () => 40,
};

/** Makes an installation without sources. {@link Installation.dispose} is to be called. */
export function installation(): Installation {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-status-"));
  mkdirSync(join(folder, "sources"));
  const disposers: (() => void)[] = [];
  const made: Installation = {
    folder,
    write(name, text, mode = 0o640) {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { mode });
      return file;
    },
    subject(settings = {}, more = {}) {
      const { config, dispose } = caseConfig({ HELIOSTREAM_DSDF_ROOT: join(folder, "sources"), ...settings });
      disposers.push(dispose);
      const tree = new SourceTree({ roots: config.dsdfRoot, substitutions: config.substitutions });
      return {
        config,
        sources: new RememberedSources(tree),
        openCache: async () => undefined,
        now: Date.now,
        host: GOOD_HOST,
        ...more,
      };
    },
    look: async (check, settings, more) =>
      (await runCheck(check, made.subject(settings, more), 10_000)).findings,
    dispose() {
      for (const dispose of disposers) dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return made;
}

/** The states of findings by their names. */
export function states(findings: readonly Finding[]): Readonly<Record<string, Finding["state"]>> {
  return Object.fromEntries(findings.map(({ name, state }) => [name, state]));
}
