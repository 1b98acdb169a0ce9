import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ForegroundServer, freePort, startInForeground } from "./foreground-server.js";

/** An Apache of its own. */
export interface ApacheServer extends ForegroundServer {
  /** What it wrote to its error log so far. */
  errorLog(): Promise<string>;
}

/** Folders of modules of the usual distributions. */
const MODULE_FOLDERS = ["/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"];

/** Whom the workers run as where Apache is started by root: the user that the distribution made for it. */
async function workerUser(): Promise<string> {
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":")[0]);
  const user = ["www-data", "apache", "http", "daemon"].find((name) => users.includes(name)) ?? "nobody";
  return `User ${user}`;
}

function moduleLine(folder: string, name: string): string {
  return existsSync(join(folder, `mod_${name}.so`))
    ? `LoadModule ${name}_module ${join(folder, `mod_${name}.so`)}`
    : "";
}

/**
 * Starts Apache in the foreground with the given lines of configuration and waits until it answers. Run as root, its workers are
 * another user, so the folders of CGI programs must be readable by everybody.
 */
export async function startApache(program: string, configuration: string): Promise<ApacheServer> {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-apache-"));
  await chmod(folder, 0o755);
  const documents = join(folder, "htdocs");
  await mkdir(documents);
  const modules = MODULE_FOLDERS.find((path) => existsSync(path));
  if (modules === undefined) throw new Error("no folder of Apache modules");
  const port = await freePort();
  const asRoot = process.getuid?.() === 0;
  const names = [
    "mpm_event",
    "authz_core",
    "alias",
    "env",
    "cgid",
    "proxy",
    "proxy_http",
    "headers",
    "rewrite",
    "unixd",
    "authn_core",
  ];
  const conf = [
    `ServerRoot "${folder}"`,
    `Listen 127.0.0.1:${port}`,
    "ServerName 127.0.0.1",
    `PidFile "${folder}/apache.pid"`,
    `ErrorLog "${folder}/error.log"`,
    "LogLevel warn",
    `DocumentRoot "${documents}"`,
    ...names.map((name) => moduleLine(modules, name)),
    // The socket of mod_cgid has a short limit on the length of its path.
    `<IfModule mod_cgid.c>\nScriptSock "${folder}/cgi"\n</IfModule>`,
    asRoot ? await workerUser() : "",
    "Mutex posixsem",
    "GracefulShutdownTimeout 1",
    configuration,
  ].join("\n");
  const file = join(folder, "apache.conf");
  await writeFile(file, `${conf}\n`);
  const server = await startInForeground(program, ["-DFOREGROUND", "-d", folder, "-f", file], {
    folder,
    port,
  });
  const errorLog = async () =>
    server.output() + (await readFile(join(folder, "error.log"), "utf8").catch(() => ""));
  return { ...server, errorLog };
}
