import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../..");

/** The programs of `bin/programs` by name. */
export const PROGRAM_NAMES: readonly string[] = readdirSync(join(root, "bin/programs")).map((file) =>
  file.slice(0, -".ts".length),
);

/**
 * Bundles programs as the build does, into a new folder that is returned; each is an executable of the name by
 * which definitions call it.
 */
export async function bundlePrograms(names: readonly string[]): Promise<string> {
  // Inside the project, for a program looks for the package that it belongs to.
  const folder = mkdtempSync(join(root, "node_modules/.programs-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  await Promise.all(
    names.map(async (name) => {
      const outfile = join(folder, name);
      await build({
        entryPoints: [join(root, "bin/programs", `${name}.ts`)],
        outfile,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        define: { "import.meta.dirname": "__dirname" },
        banner: { js: "#!/usr/bin/env node" },
        logLevel: "silent",
      });
      chmodSync(outfile, 0o755);
    }),
  );
  return folder;
}

/** A folder for the scripts of a test. */
export function scriptFolder(): string {
  return mkdtempSync(join(tmpdir(), "pipeline-"));
}

/** Writes an executable shell script and returns its path. */
export function script(folder: string, name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}
