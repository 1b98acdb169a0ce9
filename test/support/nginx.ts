import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root.js";
import { type ForegroundServer, freePort, startInForeground } from "./foreground-server.js";

/** Starts nginx with the templates of `etc/`, in front of a server on a port of this host. */
export async function startNginx(program: string, serverPort: number): Promise<ForegroundServer> {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-nginx-"));
  await chmod(folder, 0o755);
  const port = await freePort();
  const template = async (name: string) =>
    (await readFile(join(packageRoot(), "etc", name), "utf8")).replaceAll("8080", String(serverPort));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((what) => `${what}_temp_path ${folder}/${what};`)
    .join("\n");
  const asRoot = process.getuid?.() === 0;
  const conf = `daemon off;
pid ${folder}/nginx.pid;
error_log stderr warn;
${asRoot ? "user root;" : ""}
worker_processes 1;
events {}
http {
access_log off;
${temporary}
${await template("nginx-http.conf")}
server {
listen 127.0.0.1:${port};
${await template("nginx.conf")}
}
}
`;
  const file = join(folder, "nginx.conf");
  await writeFile(file, conf);
  return await startInForeground(program, ["-p", folder, "-c", file], { folder, port });
}
