import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../../..");

/** What the process does, line by line; it tells each number when it has done it, and goes on when it is told to. */
const PROGRAM = `
  import { createInterface } from "node:readline";
  import { join } from "node:path";
  import { connectionPool } from ${JSON.stringify(join(ROOT, "netdrms/database/connection-pool.ts"))};
  import { openSession } from ${JSON.stringify(join(ROOT, "netdrms/sums/session.ts"))};
  import { writeNewFile } from ${JSON.stringify(join(ROOT, "netdrms/sums/durable.ts"))};
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const tell = async (text) => { console.log(text); await lines.next(); };
  const pool = connectionPool({ url: process.argv[2], maxConnections: 4 });
  const session = await openSession({ pool, log: console.error, user: "ex", random: () => 0 });
  await tell("open " + session.sumid);
  const unit = await session.allocate({ slots: 1, bytes: 1 });
  await tell("allocated " + unit.sunum);
  await writeNewFile(join(unit.folder, "S00000/image.fits"), [Buffer.from("SIMPLE")]);
  await tell("written");
  await session.put([{ series: "su_ex.mag45", retentionDays: 9, archive: 0, units: [{ unit, recnums: new Map([[0, 1041n]]) }] }]);
  await tell("put");`;

/** A process of its own that writes a unit, step by step. */
export interface WriterProcess {
  /** Lets it do the next step; what it says then. */
  next(): Promise<string>;
  /** Ends it without any warning. */
  kill(): Promise<void>;
}

/** Makes the program. @returns the file */
export async function buildWriter(folder: string): Promise<string> {
  const source = join(folder, "writer.ts");
  await writeFile(source, PROGRAM);
  const outfile = join(folder, "writer.mjs");
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    // Modules of CommonJS that are bundled ask for those of Node by require.
    banner: {
      js: 'import { createRequire as requireAt } from "node:module"; const require = requireAt(import.meta.url);',
    },
    external: ["pg-native"],
    nodePaths: [join(ROOT, "node_modules")],
    logLevel: "error",
  });
  return outfile;
}

/** Starts the program on a database. */
export function startWriter(program: string, url: string): WriterProcess {
  const child = spawn(process.execPath, [program, url], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let begun = false;
  return {
    async next() {
      if (begun) child.stdin.write("\n");
      begun = true;
      return String((await lines.next()).value);
    },
    kill: () => ended(child),
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
