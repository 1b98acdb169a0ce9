import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";

const root = packageRoot();
const read = (path: string) => readFile(join(root, path), "utf8");

/** The lines of a unit, by key; a later one of the same key is added. */
function settings(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z]+)=(.*)$/.exec(line);
    if (match !== null) found.set(match[1]!, [...(found.get(match[1]!) ?? []), match[2]!]);
  }
  return found;
}

describe("the services of etc/systemd", () => {
  it.each([
    ["heliostream.service", "serve"],
    ["heliostream-worker@.service", "worker"],
  ])("%s runs the command %s of the package, with less rights than it has", async (file, command) => {
    const unit = settings(await read(`etc/systemd/${file}`));
    const [start] = unit.get("ExecStart") ?? [];
    expect(start).toBe(
      `/usr/bin/node /opt/heliostream/dist/bin/heliostream.js ${command} -c /etc/heliostream/das2server.conf`,
    );
    expect(existsSync(join(root, "bin/commands", `${command}.ts`))).toBe(true);
    expect(unit.get("User")).toEqual(["heliostream"]);
    for (const key of ["NoNewPrivileges", "ProtectHome", "PrivateTmp", "RestrictSUIDSGID"])
      expect(unit.get(key), key).toEqual(["yes"]);
    // The compiler of JavaScript makes memory executable.
    expect(unit.has("MemoryDenyWriteExecute")).toBe(false);
    const [documentation] = unit.get("Documentation") ?? [];
    expect(existsSync(documentation!.replace("file:///opt/heliostream", root))).toBe(true);
  });

  it("make the user that they run as", async () => {
    expect(await read("etc/systemd/heliostream.sysusers")).toMatch(/^u heliostream - /m);
  });
});

describe("the image of etc/container", () => {
  it("holds what the package needs to run", async () => {
    const text = await read("etc/container/Containerfile");
    const copied = [...text.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(" ").map((path) => path.replace("/src/", "")),
    );
    const { files } = JSON.parse(await read("package.json")) as { files: string[] };
    // docs/ is in dist/docs, as pages.
    for (const path of files.filter((one) => one !== "docs")) expect(copied).toContain(path);
    for (const path of copied.filter((one) => one !== "dist" && one !== "node_modules"))
      expect(existsSync(join(root, path)), path).toBe(true);
  });

  it("begins with a configuration without unknown keywords", async () => {
    const { loadConfig } = await import("../../config/config.js");
    const config = loadConfig({ file: join(root, "etc/container/das2server.conf"), env: {} });
    expect(config.warnings).toEqual([]);
  });
});

describe("docs/README.md", () => {
  it("lists every page once", async () => {
    const listed = [...(await read("docs/README.md")).matchAll(/^- \[[^\]]+\]\(([a-z0-9-]+\.md)\)/gm)].map(
      ([, name]) => name!,
    );
    const files = (await readdir(join(root, "docs"))).filter(
      (name) => name.endsWith(".md") && name !== "README.md",
    );
    expect([...listed].sort()).toEqual(files.sort());
  });

  it.each(["docs", "."])("and all links between files of %s lead to what is there", async (folder) => {
    const names = (await readdir(join(root, folder))).filter((name) => name.endsWith(".md"));
    expect(names).not.toEqual([]);
    for (const name of names) {
      const text = await read(join(folder, name));
      for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g))
        expect(existsSync(join(root, folder, target!)), `${name}: ${target}`).toBe(true);
    }
  });
});
