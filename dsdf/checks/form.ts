import { isReducible } from "../reduction.js";
import type { CheckOptions } from "./check-options.js";
import type { Findings } from "./findings.js";

/** Keywords that only streams have. */
const STREAM_ONLY =
  /^(?:cacheLevels|cacheReader|hapi|(?:cacheLevel|exampleResolution|item|subSource)(?:_[0-9]+)?)$/;

/** Whether what the definition says of its data fits together. */
export function checkForm(findings: Findings, options: CheckOptions): void {
  if (findings.source.form === "file") checkFile(findings);
  else checkStream(findings, options);
}

/** What says something of streams is of no use beside a file. */
function checkFile(findings: Findings): void {
  for (const keyword of findings.source.keywords.keys())
    if (STREAM_ONLY.test(keyword))
      findings.add("warning", "has no meaning for a source that gives a file", keyword);
}

function checkStream(findings: Findings, { tools, levelRemarks }: CheckOptions): void {
  const { source } = findings;
  const { keywords, form } = source;
  const claimed = ["das2Stream", "das3Stream", "qstream"].filter((name) =>
    /^(1|true|yes|on)$/i.test(keywords.get(name) ?? ""),
  );
  if (claimed.length > 1)
    findings.add("warning", `${claimed.join(" and ")} are both true; ${form} counts`, claimed[1]);
  if (form === "das1" && tools.das1ToDas2 === undefined)
    findings.add(
      "error",
      "a das1 source (neither das2Stream, das3Stream nor qstream is true), but DAS1_TO_DAS2 is not configured",
    );
  if (form === "das1" && tools.das1ToDas2 !== undefined && !keywords.has("form"))
    findings.add("error", "a das1 source without form: x_multi_y, x_tagged_y_scan or x_y_z");
  if (!isReducible(source, tools) && keywords.get("reducer") === undefined && !source.requiresInterval)
    findings.add("warning", `no reducer for ${form} streams: data are sent in full resolution`);
  for (const { level, number, message } of levelRemarks?.(source) ?? [])
    findings.add(
      level,
      message,
      number === undefined ? findings.firstNumbered("cacheLevel") : findings.numbered("cacheLevel", number),
    );
}
