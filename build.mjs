// Builds dist/: plain ES modules by the compiler, then single-file bundles of what is started often.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { answer, cacheCode } from "./scripts/cache-code.mjs";
import { buildDocs } from "./scripts/docs-site.mjs";
import { lazyPackages } from "./scripts/lazy-package.mjs";
import { partProgram } from "./scripts/part-program.mjs";

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

const bundling = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  minify: true,
  keepNames: true,
  legalComments: "none",
  external: ["@node-rs/argon2"],
  define: { "import.meta.dirname": "__dirname" },
  logLevel: "warning",
  plugins: [lazyPackages({ fflate: ["Inflate", "Zlib"] })],
};

/**
 * Bundles each entry file into an executable of one CommonJS file without extension: a process start then
 * loads one file instead of a tree of modules, which is worth more than any cache.
 */
async function bundlePrograms(entryFolder, outFolder, isWanted = () => true) {
  const entries = readdirSync(join(out, entryFolder)).filter(
    (name) => name.endsWith(".js") && isWanted(name),
  );
  mkdirSync(join(out, outFolder), { recursive: true });
  writeFileSync(join(out, outFolder, "package.json"), '{ "type": "commonjs" }\n');
  await Promise.all(
    entries.map(async (name) => {
      const outfile = join(out, outFolder, name.slice(0, -".js".length));
      await build({
        ...bundling,
        entryPoints: [join(out, entryFolder, name)],
        outfile,
        banner: { js: "#!/usr/bin/env node" },
      });
      chmodSync(outfile, 0o755);
    }),
  );
}

/** Scripts of pages: a module for each entry, and what they share loaded once. */
async function bundleBrowser() {
  const entries = join(root, "browser/entries");
  await build({
    entryPoints: readdirSync(entries).map((name) => join(entries, name)),
    outdir: join(out, "static"),
    bundle: true,
    splitting: true,
    chunkNames: "shared-[hash]",
    platform: "browser",
    target: "es2022",
    format: "esm",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
  });
  copyFileSync(join(root, "node_modules/uplot/dist/uPlot.min.css"), join(out, "static/uplot.css"));
}

await bundleBrowser();
buildDocs(join(root, "docs"), join(out, "docs"));
await bundlePrograms("bin/programs", "programs");
await bundlePrograms("cgi/entries", "cgi-bin", (name) => name !== "server-data.js");
// An answer under Apache is mostly the start of these programs.
const site = mkdtempSync(join(tmpdir(), "heliostream-build-"));
try {
  const usual = {
    HELIOSTREAM_CONFIG: "",
    HELIOSTREAM_LOG_PATH: join(site, "log"),
    HELIOSTREAM_CACHE_ROOT: join(site, "cache"),
    // Nobody is there: what asks Redis is used, and then what stands in for it.
    HELIOSTREAM_WORK_QUEUE_BROKER: "redis",
    HELIOSTREAM_WORK_QUEUE_CONN: `unix:${join(site, "none")}`,
    REQUEST_METHOD: "GET",
    SCRIPT_NAME: "/das/server",
  };
  const folder = join(out, "cgi-bin");
  const dataset =
    "server=dataset&dataset=Examples/Spectrogram&start_time=2021-06-30&end_time=2021-07-01&resolution=60";
  // The first answer makes the block from which the others come.
  const environment = { ...usual, REQUEST_URI: `/das/server?${dataset}` };
  const ask = (env) => answer(join(folder, "server"), env);
  await partProgram(folder, "server-data", join(out, "cgi/entries/server-data.js"), bundling, {
    usual: () => ask(environment),
    rare: () => ask({ ...environment, HELIOSTREAM_CACHE_ROOT: mkdtempSync(join(site, "empty-")) }),
  });
  const description = "server=dsdf&dataset=Examples/Random";
  cacheCode(
    folder,
    "server-light",
    { ...usual, REQUEST_URI: `/das/server?${description}` },
    { start: "server" },
  );
} finally {
  rmSync(site, { recursive: true, force: true });
}
