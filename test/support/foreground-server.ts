import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A web server of its own: own port, own folder, ended by its process id. */
export interface ForegroundServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly folder: string;
  /** What it wrote to standard output and error so far. */
  output(): string;
  stop(): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/**
 * Starts a program that serves HTTP on a port until SIGTERM, and waits until it answers. Its folder goes with it.
 * Errors: where it ends instead, with what it wrote.
 */
export async function startInForeground(
  program: string,
  args: readonly string[],
  { folder, port }: { readonly folder: string; readonly port: number },
): Promise<ForegroundServer> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      output += String(text);
    });
  const exited = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await exited;
      clearTimeout(timer);
    }
    await rm(folder, { recursive: true, force: true });
  };
  const origin = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) {
      await stop();
      throw new Error(`${program} did not start: ${output}`);
    }
    const answers = await fetch(`${origin}/`).then(
      () => true,
      () => false,
    );
    if (answers) return { port, origin, folder, output: () => output, stop };
    // There is no event for "listens now".
    await delay(20);
  }
}
