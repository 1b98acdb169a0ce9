import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

const root = join(import.meta.dirname, "../..");

/** The programs of `bin/programs` that make or take a stream, by name; those that work on an archive have a driver of their own. */
export const PROGRAM_NAMES: readonly string[] = readdirSync(join(root, "bin/programs"))
  .filter((file) => readFileSync(join(root, "bin/programs", file), "utf8").includes("/run-program.js"))
  .map((file) => file.slice(0, -".ts".length));

/**
 * Bundles programs as the build does, into a new folder that is returned; each is an executable of the name by
 * which definitions call it.
 */
export async function bundlePrograms(names: readonly string[]): Promise<string> {
  const folder = programFolder();
  await Promise.all(
    names.map((name) =>
      bundle(join(folder, name), { entryPoints: [join(root, "bin/programs", `${name}.ts`)] }),
    ),
  );
  return folder;
}

/**
 * Bundles one program of the tests in the same way, under its name and into a folder of its own, which is returned.
 * @param file of the program, and `name` of its export
 */
export async function bundleProgram(program: string, file: string, name: string): Promise<string> {
  const folder = programFolder();
  const contents = `import { runProgram } from ${JSON.stringify(join(root, "bin/run-program.ts"))};
    runProgram(async () => (await import(${JSON.stringify(file)})).${name});`;
  await bundle(join(folder, program), { stdin: { contents, resolveDir: root, loader: "ts" } });
  return folder;
}

/** A new folder inside the project, for a program looks for the package that it belongs to. */
function programFolder(): string {
  const folder = mkdtempSync(join(root, "node_modules/.programs-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  return folder;
}

async function bundle(outfile: string, entry: Pick<BuildOptions, "entryPoints" | "stdin">): Promise<void> {
  await build({
    ...entry,
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
