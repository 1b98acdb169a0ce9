#!/usr/bin/env node
import { describeProblem } from "../config/problem.js";
import { DasError, OUTCOME } from "../errors/das-error.js";
import type { Command } from "./commands/command.js";

const COMMANDS: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  serve: { summary: "run the server", load: async () => (await import("./commands/serve.js")).serve },
  demo: {
    summary: "run the server with the example sources, no configuration needed",
    load: async () => (await import("./commands/demo.js")).demo,
  },
  sample: {
    summary: "make the sample archive, or run its database",
    load: async () => (await import("./commands/sample.js")).sample,
  },
  worker: {
    summary: "build blocks of the cache and make exports, for servers that share them",
    load: async () => (await import("./commands/worker.js")).worker,
  },
  cache: {
    summary: "look after the cache: build, status, verify, purge, pin, reindex, levels",
    load: async () => (await import("./commands/cache.js")).cache,
  },
  addresses: {
    summary: "register mail addresses for exports",
    load: async () => (await import("./commands/addresses.js")).addresses,
  },
  exports: {
    summary: "show requests for exports, or take them back",
    load: async () => (await import("./commands/exports.js")).exports,
  },
  "log-index": {
    summary: "make the index of the request log whole before somebody looks",
    load: async () => (await import("./commands/log-index.js")).logIndex,
  },
  doctor: {
    summary: "look at an installation, and say what to change",
    load: async () => (await import("./commands/doctor.js")).doctor,
  },
  check: {
    summary: "check definitions: a whole tree, a folder or one file",
    load: async () => (await import("./commands/check.js")).check,
  },
  describe: {
    summary: "print what clients are told of a source",
    load: async () => (await import("./commands/describe.js")).describe,
  },
  config: {
    summary: "print the configuration in force, or an example file",
    load: async () => (await import("./commands/config.js")).config,
  },
  passwd: {
    summary: "add, change or delete a user",
    load: async () => (await import("./commands/passwd.js")).passwd,
  },
};

const usage = [
  "usage: heliostream COMMAND [ARGUMENT...]",
  "",
  ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`),
  "",
  "heliostream COMMAND --help tells more.",
].join("\n");

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === "-h" || name === "--help" || name === "help") {
  console.log(usage);
  process.exitCode = name === undefined ? 13 : 0;
} else if (!Object.hasOwn(COMMANDS, name)) {
  console.error(`heliostream: no command "${name}"\n\n${usage}`);
  process.exitCode = 13;
} else {
  try {
    const command = await COMMANDS[name]!.load();
    if (args.includes("-h") || args.includes("--help")) console.log(command.help);
    else process.exitCode = await command.run(args);
  } catch (error) {
    if (!(error instanceof DasError) && !isUsageError(error)) throw error;
    console.error(`heliostream ${name}: ${describeProblem(error)}`);
    process.exitCode = error instanceof DasError ? OUTCOME[error.code].exit : 13;
  }
}

/** What node:util parseArgs throws for an option that it does not know. */
function isUsageError(error: unknown): error is Error {
  return (
    error instanceof TypeError && String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS")
  );
}
