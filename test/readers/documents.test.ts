import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import type { DataQuery } from "../../dsdf/data-query.js";
import { loadDataSource } from "../../dsdf/load.js";
import { planStages } from "../../dsdf/stages.js";
import { runPipeline } from "../../pipeline/run.js";
import { PROGRAM_LOADERS } from "../../readers/index.js";
import { parseTimeRange } from "../../stream/time.js";
import { checkStream } from "../support/check-stream.js";
import { decodeStream } from "../support/run-stream.js";

/** A marked block of a document: `<!-- file: NAME -->`, `<!-- run -->` or `<!-- stages: SOURCE params="..." -->` before it. */
interface Block {
  readonly mark: string;
  readonly argument: string;
  readonly text: string;
}

function blocks(document: string): Block[] {
  const text = readFileSync(join(packageRoot(), "docs", document), "utf8");
  return [...text.matchAll(/<!-- (\w+)(?:: (.*?))? -->\n```\w*\n([\s\S]*?)```/g)].map(
    ([, mark, argument, body]) => ({
      mark: mark!,
      argument: argument ?? "",
      text: body!,
    }),
  );
}

describe.each(["write-a-reader.md", "write-a-dsdf.md"])("docs/%s", (document) => {
  const parts = blocks(document);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heliostream-docs-"));
    for (const { mark, argument, text } of parts) {
      if (mark !== "file") continue;
      writeFileSync(join(folder, argument), text);
      if (text.startsWith("#!")) chmodSync(join(folder, argument), 0o755);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const load = (id: string) =>
    loadDataSource({ root: folder, id }, { substitutions: new Map([["DATA_ROOT", folder]]) });
  const query = (id: string, range: string, params: string): DataQuery => {
    const asked = parseTimeRange(range);
    return {
      sourceId: id,
      ...asked,
      requested: asked,
      params: params.split(" ").filter(Boolean),
      output: "stream",
    };
  };

  it("has examples", () => {
    expect(parts.length).toBeGreaterThan(3);
  });

  const definitions = parts.filter(({ mark, argument }) => mark === "file" && argument.endsWith(".dsdf"));
  it.each(definitions.map(({ argument }) => argument.replace(".dsdf", "")))(
    "shows the definition %s without a fault",
    (id) => {
      expect(load(id).problems ?? []).toEqual([]);
    },
  );

  const runs = parts.filter(({ mark }) => mark === "run");
  if (runs.length > 0)
    it("shows what its commands print", () => {
      for (const { text } of runs) {
        for (const [, command, output] of text.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
          const { stdout, status } = spawnSync("/bin/sh", ["-c", command!], {
            cwd: folder,
            encoding: "utf8",
          });
          expect(status).toBe(0);
          expect(stdout).toBe(output);
        }
      }
    });

  const planned = parts.filter(({ mark }) => mark === "stages");
  if (planned.length > 0)
    it("shows the command lines that its definitions become", () => {
      for (const { argument, text } of planned) {
        const [, id, params] = /^(\w+) params="(.*)"$/.exec(argument)!;
        const stages = planStages(load(id!), query(id!, "2021-06-30 to 2021-07-01", params!), {});
        expect(stages.map(({ argv }) => argv.join(" "))).toEqual(text.trimEnd().split("\n"));
      }
    });

  if (definitions.some(({ argument }) => argument === "Temperature.dsdf"))
    it("shows a reader that the server can run, by its definition", async () => {
      const definition = load("Temperature");
      const run = runPipeline(
        planStages(definition, query("Temperature", "2021-06-30T12:00 to 2021-06-30T12:04", ""), {}),
        {
          programs: (name) => PROGRAM_LOADERS[name]?.(),
          env: { PATH: `${folder}:/usr/bin:/bin` },
        },
      );
      const pieces: Uint8Array[] = [];
      for await (const piece of run.bytes) pieces.push(Buffer.from(piece));
      const bytes = Buffer.concat(pieces);
      expect(checkStream(bytes).packets).toBe(3);
      expect(decodeStream(bytes).rows.map((row) => row.values[1]![0])).toEqual([21.5, 21.53, 21.61]);
    });
});
