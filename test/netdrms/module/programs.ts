import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { packageRoot } from "../../../config/package-root.js";

/** Programs of the archive as processes, `probe` and `probe_sock` among them, in one folder. */
export interface ArchivePrograms {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Bundles them as the build does. @param names of files in `bin/programs` */
export async function archivePrograms(
  names: readonly string[] = ["drms_server", "drms_run"],
): Promise<ArchivePrograms> {
  const root = packageRoot();
  // Inside the project, for a program looks for the package that it belongs to.
  const folder = await mkdtemp(join(root, "node_modules/.programs-"));
  await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  const probe = `import { runModuleProcess } from ${JSON.stringify(join(root, "bin/run-module.ts"))};
    import { probe } from ${JSON.stringify(join(import.meta.dirname, "probe-module.ts"))};
    runModuleProcess(probe);`;
  const common = {
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    define: { "import.meta.dirname": "__dirname" },
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "silent",
  } as const;
  await Promise.all([
    ...names.map((name) =>
      build({
        ...common,
        entryPoints: [join(root, "bin/programs", `${name}.ts`)],
        outfile: join(folder, name),
      }),
    ),
    build({
      ...common,
      stdin: { contents: probe, resolveDir: root, loader: "ts" },
      outfile: join(folder, "probe"),
    }),
  ]);
  await symlink("probe", join(folder, "probe_sock"));
  await Promise.all(names.map((name) => chmod(join(folder, name), 0o755)));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** How a process ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A process and its end. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when what it printed, on either stream, has the text. */
  printed(text: string): Promise<void>;
}

/** Starts a program by node, so that it need not be executable. */
export function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin: "ignore" | "pipe" = "ignore",
): Running {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: [stdin, "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  const texts = { out: "", err: "" };
  const waiting = new Set<() => void>();
  const take = (stream: "out" | "err") => (bytes: Buffer) => {
    texts[stream] += bytes.toString();
    for (const look of waiting) look();
  };
  child.stdout?.on("data", take("out"));
  child.stderr?.on("data", take("err"));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...texts })));
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (texts.out.includes(text) || texts.err.includes(text)) resolve();
        };
        waiting.add(look);
        look();
        void ended.then(({ code, err }) => reject(new Error(`ended with ${code} before "${text}": ${err}`)));
      }),
  };
}
