import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageRoot } from "../config/package-root.js";

/** Bytes of the static file that S0 is measured with. */
export const STATIC_BYTES = 700;

/**
 * Lines for Apache that serve, from copies in a folder that Apache's own user may read: the CGI program at `/das/server`, a bare Node
 * program at `/hello`, and a static file at `/static/file`. The configuration of the server is `das2server.conf` in that folder.
 */
export function apacheCgi(folder: string): string {
  const root = packageRoot();
  const copy = join(folder, "package");
  for (const part of ["dist/cgi-bin", "static", "dsdf/sources"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  cpSync(join(root, "package.json"), join(copy, "package.json"));
  mkdirSync(join(folder, "static"));
  writeFileSync(join(folder, "static/file"), "x".repeat(STATIC_BYTES));
  mkdirSync(join(folder, "log"), { recursive: true });
  chmodSync(join(folder, "log"), 0o777);
  mkdirSync(join(folder, "cgi"));
  const hello = join(folder, "cgi/hello");
  writeFileSync(
    hello,
    '#!/usr/bin/env node\nprocess.stdout.write("Content-Type: text/plain\\r\\n\\r\\nhello\\n");\n',
    { mode: 0o755 },
  );
  writeFileSync(join(folder, "cgi/package.json"), '{ "type": "commonjs" }\n');
  return [
    `ScriptAlias "/das/server" "${copy}/dist/cgi-bin/server"`,
    `ScriptAlias "/hello" "${hello}"`,
    `Alias "/static" "${folder}/static"`,
    `SetEnv HELIOSTREAM_CONFIG "${folder}/das2server.conf"`,
    `SetEnv PATH "${dirname(process.execPath)}:/usr/bin:/bin"`,
    `<Directory "${folder}">\nOptions +ExecCGI\nRequire all granted\n</Directory>`,
    "KeepAlive On",
    "MaxKeepAliveRequests 0",
  ].join("\n");
}
