import { hapiObstacle } from "../hapi-fit.js";
import type { Findings } from "./findings.js";

/** Whether the source is kept from clients of HAPI by something that the definition could say. */
export function checkHapi(findings: Findings): void {
  const { source } = findings;
  const { form, hapi, hidden } = source;
  const obstacle = hapiObstacle(source);
  if ((form !== "das2" && form !== "das1") || !hapi || hidden || obstacle === undefined) return;
  findings.add("warning", `clients of HAPI do not get it: ${obstacle}`);
}
