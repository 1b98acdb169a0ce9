import { spawn } from "node:child_process";
import { once } from "node:events";
import { DRMS_SERVER, runDrmsServer } from "../netdrms/module/drms-server.js";
import { readParameterFile } from "../netdrms/module/parameter-file.js";
import { parseModuleArguments } from "../netdrms/module/parse-arguments.js";
import { moduleQuestion, usageText } from "../netdrms/module/usage.js";
import { type ArchiveProcess, archiveProcess, sayFailure } from "./archive-process.js";

/** Runs `drms_server`: in the background, so that the shell goes on when programs can come, or with `-f` here. Source: netdrms 7.4. */
export function runDrmsServerProcess(): void {
  main().then(
    (status) => process.exit(status),
    (error) => {
      sayFailure(DRMS_SERVER.name, error);
      process.exit(1);
    },
  );
}

async function main(): Promise<number> {
  const own = archiveProcess(DRMS_SERVER.name);
  switch (moduleQuestion(own.argv)) {
    case "help":
      process.stdout.write(usageText(DRMS_SERVER));
      return 0;
    case "version":
      process.stdout.write(`${own.facts.softwareVersion}\n`);
      return 0;
  }
  const { values } = parseModuleArguments(DRMS_SERVER, own.argv, {
    env: own.env,
    readFile: readParameterFile,
  });
  return values.f ? inForeground(own) : inBackground(own);
}

function inForeground(own: ArchiveProcess): Promise<number> {
  return runDrmsServer({
    ...own,
    isAttended: process.stderr.isTTY === true,
    onSignal(listener) {
      for (const signal of ["SIGUSR1", "SIGTERM", "SIGINT"] as const)
        process.on(signal, () => listener(signal));
    },
    async inputClosed() {
      const closed = once(process.stdin, "close");
      process.stdin.resume();
      await closed;
    },
    onReady: (path) => process.send?.({ ready: path }, undefined, {}, () => process.disconnect?.()),
  });
}

/** Starts the same program with `-f`, apart from this terminal, and ends when that one serves. */
async function inBackground({ argv, log }: ArchiveProcess): Promise<number> {
  const child = spawn(process.execPath, [process.argv[1] ?? "", "-f", ...argv], {
    detached: true,
    // Its messages are shown until it serves: whoever waits for this terminal to be closed must not wait for the server.
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  child.stderr?.pipe(process.stderr);
  const ready = once(child, "message").then(([message]: unknown[]) => message);
  const ended = once(child, "exit").then(() => undefined);
  const message = await Promise.race([ready, ended]);
  if (typeof message !== "object" || message === null || !("ready" in message)) return child.exitCode ?? 1;
  log(`serves, see ${String(message.ready)}`);
  process.stdout.write(`${String(message.ready)}\n`);
  return 0;
}
