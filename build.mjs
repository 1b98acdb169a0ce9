// Builds dist/: plain ES modules by the compiler, then single-file bundles of what is started often.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { cacheCode } from "./scripts/cache-code.mjs";

const root = import.meta.dirname;
const out = join(root, "dist");
rmSync(out, { recursive: true, force: true });

const tsc = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"],
  {
    cwd: root,
    stdio: "inherit",
  },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

/**
 * Bundles each entry file into an executable of one CommonJS file without extension: a process start then
 * loads one file instead of a tree of modules, which is worth more than any cache.
 */
async function bundlePrograms(entryFolder, outFolder) {
  const entries = readdirSync(join(out, entryFolder)).filter((name) => name.endsWith(".js"));
  mkdirSync(join(out, outFolder), { recursive: true });
  writeFileSync(join(out, outFolder, "package.json"), '{ "type": "commonjs" }\n');
  await Promise.all(
    entries.map(async (name) => {
      const outfile = join(out, outFolder, name.slice(0, -".js".length));
      await build({
        entryPoints: [join(out, entryFolder, name)],
        outfile,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        minify: true,
        keepNames: true,
        legalComments: "none",
        external: ["@node-rs/argon2"],
        define: { "import.meta.dirname": "__dirname" },
        banner: { js: "#!/usr/bin/env node" },
        logLevel: "warning",
      });
      chmodSync(outfile, 0o755);
    }),
  );
}

await bundlePrograms("bin/programs", "programs");
await bundlePrograms("cgi/entries", "cgi-bin");
// A small answer under Apache is mostly the start of this program.
cacheCode(join(out, "cgi-bin"), "server", {
  HELIOSTREAM_CONFIG: "",
  REQUEST_METHOD: "GET",
  REQUEST_URI: "/das/server?server=dsdf&dataset=Examples/Random",
  SCRIPT_NAME: "/das/server",
});
