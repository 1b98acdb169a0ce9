import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { isReducible } from "../../dsdf/reduction.js";
import { planStages } from "../../dsdf/stages.js";
import { timeToUs2000 } from "../../stream/time.js";
import type { QueryContext } from "../query.js";
import type { DataRun } from "./data-run.js";
import { pipelineOptions } from "./pipeline-options.js";
import { pipelineSetting } from "./pipeline-setting.js";
import { queryProvenance } from "./provenance.js";

/** The programs for a query, and nothing else. Errors: those of {@link planStages}. */
export function plainRun(source: DataSource, query: DataQuery, context: QueryContext): DataRun {
  const { tools } = pipelineSetting(context.site);
  const stages = planStages(source, query, tools);
  const binSeconds = isReducible(source, tools) ? query.resolution : undefined;
  // Q streams are reduced by programs of their own kind, and passed on as they come.
  const cut =
    binSeconds === undefined || source.form === "qstream"
      ? undefined
      : { begin: timeToUs2000(query.begin), end: timeToUs2000(query.end) };
  return {
    stages,
    options: () => pipelineOptions(context, cut),
    making: { provenance: queryProvenance(source, query, binSeconds, context.site), binSeconds },
    isAtHand: false,
    validators: [],
    isUnchanged: false,
    onEnd: () => undefined,
  };
}
