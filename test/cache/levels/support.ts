import type { DataSource } from "../../../dsdf/data-source.js";
import { dataSource } from "../../../dsdf/load.js";
import { pipelineTools } from "../../../dsdf/tools.js";

/** The tools of a server with the usual reducers. */
export const TOOLS = toolsWith({});

/** The same with some of them changed. */
export function toolsWith(more: Partial<Parameters<typeof pipelineTools>[0]>) {
  return pipelineTools({
    d2sReducer: "das2_bin_avgsec",
    qdsReducer: "qds_bin",
    d2sToUtf8: undefined,
    qdsToUtf8: undefined,
    d2sCsvConverter: undefined,
    das1ToDas2: "das2_from_das1",
    ...more,
  });
}

/** A definition from its lines; a das2 source with a reader unless they say otherwise. */
export function sourceOf(
  text: string,
  head = "das2Stream = 1\nreader = 'rd'",
  id = "Demo/Pump4",
): DataSource {
  const bytes = new TextEncoder().encode(`description = 'x'\n${head}\n${text}\n`);
  return dataSource(id, `/srv/${id}.dsdf`, bytes, { substitutions: new Map() });
}
