import { compareTimes } from "../../stream/time.js";
import type { Findings } from "./findings.js";

/** Whether somebody who looks for data is told of ranges that have some, with parameters that reach the reader. */
export function checkRanges(findings: Findings): void {
  const { source } = findings;
  const { examples, validRange, requiresInterval, params } = source;
  if (examples.length === 0)
    findings.add(
      "warning",
      source.form === "file"
        ? "no exampleRange: nobody can tell what to ask for"
        : "no exampleRange: the source is missing from server=discovery",
    );
  for (const { number, begin, end, interval, params: words } of examples) {
    const keyword = findings.numbered("exampleRange", number);
    const early = validRange !== undefined && compareTimes(begin, validRange.begin) < 0;
    const late =
      validRange !== undefined && validRange.end !== "now" && compareTimes(end, validRange.end) > 0;
    if (early || late) findings.add("warning", "the example reaches out of validRange", keyword);
    if (requiresInterval && interval === undefined)
      findings.add(
        "warning",
        "an example without exampleInterval for a source that needs an interval",
        keyword,
      );
    if (words !== undefined && source.dropParams)
      findings.add(
        "warning",
        "parameters of an example never reach the reader (dropParams)",
        findings.numbered("exampleParams", number),
      );
  }
  if (params.length > 0 && source.dropParams)
    findings.add("warning", "declared parameters never reach the reader", "dropParams");
}
