import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis, type RedisOptions } from "ioredis";
import { type ProgramForTest, programForTest } from "./system-programs.js";

/** How a server begins. */
export interface TestRedisOptions {
  /** As in redis.conf, for example `3mb`; missing: no limit. */
  readonly maxmemory?: string;
  /** `maxmemory-policy`; missing: `noeviction`. */
  readonly policy?: string;
  /** Clients have to give this password. */
  readonly password?: string;
  /** Further words of its command line, for example `["--databases", "2"]`. */
  readonly words?: readonly string[];
}

/** A Redis of one test file, empty at first, without persistence. It ends with the test process, also when that is killed. */
export interface TestRedis {
  /** On the loopback; the same after {@link TestRedis.restart}. */
  readonly port: number;
  /** Path of its socket. */
  readonly socket: string;
  /** For `WORK_QUEUE_CONN`: `127.0.0.1:PORT:0`. */
  readonly address: string;
  /** A new client of its port (or of `path` in the options), let go by {@link TestRedis.stop}. */
  client(options?: RedisOptions): Redis;
  /** Ends it with SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Stands still: takes connections (the kernel does) and answers nothing. */
  pause(): void;
  resume(): void;
  /** Starts it anew at the same address: it is empty then. Kills it before, where it runs. */
  restart(): Promise<void>;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Looks for `redis-server` (`REDIS_SERVER` in the environment, else on the PATH). Absent: the suite is to be skipped by name and
 * reason (`describe.skipIf(redis.missing)(redis.title("…"), …)`); where `CI` is true, absence is an error.
 */
export function redisForTest(): ProgramForTest {
  return programForTest("redis");
}

/**
 * Runs a server as long as its own input is open, which ends however the test process ends; then its folder, `$1`, goes too. It
 * is the parent of the server, so the number that it tells is the server's and nobody else's as long as it has not ended itself.
 */
const KEEPER = `folder=$1
shift
exec 3<&0
"$@" </dev/null 2>&1 3<&- &
server=$!
echo "pid $server"
( while read -r line; do :; done; : >"$folder/over"; kill -s KILL "$server" 2>/dev/null ) <&3 >/dev/null &
watch=$!
exec 3<&- </dev/null 2>/dev/null
wait "$server"
[ -e "$folder/over" ] && rm -rf -- "$folder"
kill -s KILL "$watch" 2>/dev/null
exit 0`;

/** Ports that are free now may be taken a moment later. */
const START_TRIES = 5;

/** A server for one test file. Errors: where it does not start, its own words. */
export async function testRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { missing, path, title } = redisForTest();
  if (missing) throw new Error(title("no Redis"));
  const folder = await mkdtemp(join(tmpdir(), "heliostream-redis-"));
  const socket = join(folder, "redis.sock");
  const start = (port: number): Promise<RunningRedis> =>
    startProcess(folder, [path, ...serverWords(options, { port, socket, folder })]);
  const first = await onFreePort(start);
  const { port } = first;
  let { running } = first;
  const password = options.password === undefined ? {} : { password: options.password };
  const usual: RedisOptions = { host: "127.0.0.1", port, protocol: 2, ...password };
  const clients: Redis[] = [];
  return {
    port,
    socket,
    address: `127.0.0.1:${port}:0`,
    client(more = {}) {
      const client = new Redis({ ...usual, ...more, replyMapping: "legacy" });
      client.on("error", () => {}); // a server that is away is what tests are about
      clients.push(client);
      return client;
    },
    kill: () => running.kill(),
    pause: () => running.signal("SIGSTOP"),
    resume: () => running.signal("SIGCONT"),
    async restart() {
      await running.kill();
      running = await start(port);
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await running.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serverWords(
  options: TestRedisOptions,
  place: { readonly port: number; readonly socket: string; readonly folder: string },
): string[] {
  const password = options.password === undefined ? [] : ["--requirepass", options.password];
  const limit = options.maxmemory === undefined ? [] : ["--maxmemory", options.maxmemory];
  return [
    ...["--bind", "127.0.0.1", "--port", String(place.port), "--unixsocket", place.socket],
    ...["--dir", place.folder, "--save", "", "--appendonly", "no"],
    ...["--maxmemory-policy", options.policy ?? "noeviction", ...limit, ...password],
    ...(options.words ?? []),
  ];
}

async function onFreePort(start: (port: number) => Promise<RunningRedis>) {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    try {
      return { port, running: await start(port) };
    } catch (error) {
      if (tries === START_TRIES) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("no port of the loopback");
  return address.port;
}

interface RunningRedis {
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  kill(): Promise<void>;
}

/** Starts a server and resolves when it takes connections. */
async function startProcess(folder: string, command: readonly string[]): Promise<RunningRedis> {
  const keeper = spawn("/bin/sh", ["-c", KEEPER, "redis-keeper", folder, ...command], {
    cwd: "/",
    detached: true, // an interrupt from the terminal is for the test runner, which then lets go
    stdio: ["pipe", "pipe", "inherit"],
  });
  keeper.stdin.on("error", () => {}); // it has ended; `ended` says so
  const ended = once(keeper, "exit");
  const pid = await untilReady(keeper);
  return {
    signal: (name) => void process.kill(pid, name),
    async kill() {
      if (keeper.exitCode === null) process.kill(pid, "SIGKILL");
      await ended;
    },
  };
}

/** Number of the server's process, once it has said that it is ready. */
async function untilReady(keeper: ChildProcess): Promise<number> {
  const said: string[] = [];
  let pid = 0;
  if (keeper.stdout === null) throw new Error("a process without output");
  for await (const line of createInterface({ input: keeper.stdout })) {
    said.push(line);
    pid ||= Number(/^pid (\d+)$/.exec(line)?.[1] ?? 0);
    if (/ready to accept connections/i.test(line)) {
      keeper.stdout.resume();
      return pid;
    }
  }
  throw new Error(`redis-server did not start:\n${said.join("\n")}`);
}
