import { meantKeyword } from "../known-keywords.js";
import type { Findings } from "./findings.js";

const FLAGS =
  "das2Stream das3Stream qstream requiresInterval hidden dropParams realTime hapi implicitTimeItem substitutions".split(
    " ",
  );

/** Flags that are neither true nor false, and keywords that nearly have a name. */
export function checkSpelling(findings: Findings): void {
  for (const keyword of FLAGS) {
    const value = findings.source.keywords.get(keyword);
    if (value !== undefined && !/^(1|true|yes|on|0|false|no|off|)$/i.test(value.trim()))
      findings.add(
        "warning",
        `value ${JSON.stringify(value)} counts as false (true is 1, true, yes or on)`,
        keyword,
      );
  }
  for (const keyword of findings.lines.keys()) {
    const meant = meantKeyword(keyword, findings.lines);
    if (meant !== undefined)
      findings.add("warning", `is nothing that the server knows; was ${meant} meant?`, keyword);
  }
}
