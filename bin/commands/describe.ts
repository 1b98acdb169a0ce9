import { parseArgs } from "node:util";
import type { Config } from "../../config/config.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { describeSource } from "../../dsdf/describe.js";
import { baseSource } from "../../dsdf/flex/flex-source.js";
import { FlexTree } from "../../dsdf/flex/flex-tree.js";
import { httpStreamSource, webSocketSource } from "../../dsdf/flex/http-stream.js";
import type { JsonObject } from "../../dsdf/flex/json.js";
import { sourceSet } from "../../dsdf/flex/nodes.js";
import type { ViewFacts } from "../../dsdf/flex/view-facts.js";
import { pipelineTools } from "../../dsdf/tools.js";
import { DasError } from "../../errors/das-error.js";
import type { Command } from "./command.js";
import { commandConfig, sourceTree } from "./source-setting.js";

/** `heliostream describe`: what clients are told of a source. Source: das2-server 19.4. */
export const describe: Command = {
  help: [
    "usage: heliostream describe [-c FILE] ID [VIEW]",
    "",
    "Prints what clients are told of a source: every view under a line with its name, or the one that is named.",
    "",
    "  VIEW               das2.d2t (the header of a das2 stream), flex.json, flexRT.json (live data), node.json (catalog)",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: "string", short: "c" } },
    });
    const [id, view] = positionals;
    if (id === undefined || positionals.length > 2)
      throw new DasError(
        "BAD_PARAMETER",
        `${positionals.length} words given, expected a source and perhaps a view`,
      );
    const config = commandConfig(values.config);
    const views = await viewsOf(id, config);
    if (view === undefined) {
      for (const [name, text] of views) process.stdout.write(`== ${name}\n${text}\n`);
      return 0;
    }
    const text = views.get(view);
    if (text === undefined)
      throw new DasError(
        "BAD_PARAMETER",
        `this source has no view "${view}", expected one of ${[...views.keys()].join(", ")}`,
      );
    process.stdout.write(`${text}\n`);
    return 0;
  },
};

/** The views of a source as text, by name. Errors: NO_SUCH_SOURCE, BAD_DEFINITION. */
async function viewsOf(id: string, config: Config): Promise<ReadonlyMap<string, string>> {
  const facts: ViewFacts = {
    server: config.serverUrl?.replace(/\/+$/, "") ?? "http://localhost/das/server",
    tools: pipelineTools(config),
    hapi: config.enableHapi,
    ...(config.siteCatalogTag === undefined ? {} : { tag: config.siteCatalogTag.replace(/:$/, "") }),
  };
  const source = await sourceTree(config).find(id);
  if (source !== undefined) return ownViews(source, config, facts);
  const flex = config.dataSrcRoot === undefined ? undefined : await new FlexTree(config.dataSrcRoot).find(id);
  if (flex === undefined) throw new DasError("NO_SUCH_SOURCE", `there is no source "${id}"`);
  const { flex: definition, flexRT } = flex;
  return new Map([
    ...(definition === undefined ? [] : [["flex.json", JSON.stringify(definition, null, 1)] as const]),
    ...(flexRT === undefined ? [] : [["flexRT.json", JSON.stringify(flexRT, null, 1)] as const]),
    ["node.json", json(sourceSet(baseSource(flex), facts, flex.others ?? []))],
  ]);
}

function ownViews(
  source: DataSource,
  { dsdfPrivate }: Config,
  facts: ViewFacts,
): ReadonlyMap<string, string> {
  return new Map([
    ["das2.d2t", describeSource(source, { privatePrefixes: dsdfPrivate })],
    ["flex.json", json(httpStreamSource(source, facts))],
    ...(source.realTime ? [["flexRT.json", json(webSocketSource(source, facts))] as const] : []),
    ["node.json", json(sourceSet(source, facts))],
  ]);
}

function json(value: JsonObject): string {
  return JSON.stringify(value, null, 1);
}
