import type { CheckResult } from "./run-check.js";

/** A path of this host: from a slash that nothing goes before but blanks, brackets or quotes. Addresses of the web are none. */
const PATH = /(?<![\w:/.])\/(?:[^\s/,;:'"()<>]+\/)+([^\s/,;:'"()<>]+)/g;

/** The same findings with the last elements of paths alone, for readers who need not know where the server keeps its files. */
export function withoutPaths(checks: readonly CheckResult[]): readonly CheckResult[] {
  const short = (text: string) => text.replace(PATH, "…/$1");
  return checks.map((result) => ({
    ...result,
    findings: result.findings.map((finding) => ({
      ...finding,
      says: short(finding.says),
      ...(finding.advice === undefined ? {} : { advice: short(finding.advice) }),
    })),
  }));
}
