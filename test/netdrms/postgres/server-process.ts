import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

const ROOM = join(import.meta.dirname, "../../../netdrms/postgres");

/**
 * A process of its own that starts a server in a folder and then waits for ever, without ever stopping it.
 * @param scratch folder for the program
 * @returns the process, when its server is ready
 */
export async function startServerInProcess(folder: string, scratch: string): Promise<ChildProcess> {
  const source = join(scratch, "hold.ts");
  await writeFile(
    source,
    `import { startLocalPostgres } from ${JSON.stringify(join(ROOM, "local-server.ts"))};
     const server = await startLocalPostgres({ folder: process.argv[2] ?? "", fsync: false });
     console.log(server.origin);
     setInterval(() => {}, 1000);`,
  );
  const outfile = join(scratch, "hold.mjs");
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
    nodePaths: [join(ROOM, "../../node_modules")],
    define: { "import.meta.dirname": JSON.stringify(ROOM) },
    logLevel: "error",
  });
  const child = spawn(process.execPath, [outfile, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  if (line !== "started") throw new Error(`the server was ${line}`);
  return child;
}
