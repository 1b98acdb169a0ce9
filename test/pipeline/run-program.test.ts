import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packet } from "../support/run-stream.js";
import { bundlePrograms, PROGRAM_NAMES } from "./programs.js";
import { exceptionAtEnd, PACKET_HEADER, rows, SAMPLE, Scripts, STREAM_HEADER } from "./support.js";

const scripts = new Scripts();
let folder = "";
beforeAll(async () => {
  folder = await bundlePrograms(PROGRAM_NAMES);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Waits for the end of a program and of its output. */
function ended(child: ChildProcess): Promise<Ended> {
  let out = "";
  let err = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    out += bytes.toString("latin1");
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    err += bytes.toString("latin1");
  });
  return new Promise((resolve) => child.once("close", (code, signal) => resolve({ out, err, code, signal })));
}

/** Runs a shipped program on the text. */
function run(name: string, args: readonly string[], input?: string): Promise<Ended> {
  const child = spawn(join(folder, name), args, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input ?? "", "latin1");
  return ended(child);
}

describe("every program", () => {
  it.each(PROGRAM_NAMES)("%s tells about itself", async (name) => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    for (const args of [["--help"], ["-h"], ["x", "--unknown", "-h"]]) {
      const { out, err, code } = await run(name, args);
      expect([code, err]).toEqual([0, ""]);
      expect(out.toLowerCase()).toContain("usage");
      expect(out).toContain(name);
    }
    const { out, code } = await run(name, ["--version"]);
    expect([code, out]).toEqual([0, `${name} (heliostream ${version})\n`]);
  });

  it.each(PROGRAM_NAMES)("%s refuses an option that it does not know", async (name) => {
    const { code, err } = await run(name, ["--no-such-option"], SAMPLE);
    expect(code).toBe(13);
    expect(err).toContain(`${name}: `);
    expect(err).not.toMatch(/\n +at /);
  });
});

describe("-v", () => {
  it("is the version, but for das2_bin_ratesec, which has an option of that name", async () => {
    expect((await run("das2_bin_avgsec", ["-v"])).out).toContain("heliostream");
    const { out, code } = await run("das2_bin_ratesec", ["-v", "bytes", "60"], SAMPLE);
    expect(code).toBe(0);
    expect(out).toContain("<packet");
  });
});

describe("a filter", () => {
  it("of an empty input writes nothing and ends with 22", async () => {
    const { out, err, code } = await run("das2_ascii", []);
    expect([out, code]).toEqual(["", 22]);
    expect(err).not.toBe("");
  });

  it.each([
    ["a header alone", STREAM_HEADER],
    ["headers without data", STREAM_HEADER + PACKET_HEADER],
  ])("of %s gives that, and 0", async (_name, input) => {
    const { out, code } = await run("das2_ascii", [], input);
    expect(code).toBe(0);
    expect(out.match(/\[\d\d\]/g)).toEqual(input.match(/\[\d\d\]/g));
  });

  it("of garbage writes nothing and ends with 22", async () => {
    expect(await run("das2_ascii", [], "nonsense")).toMatchObject({ out: "", code: 22 });
  });

  it("delivers an exception and ends with 0", async () => {
    const input = STREAM_HEADER + packet("xx", '<exception type="NoDataInInterval" message="none"/>\n');
    const { out, code } = await run("das2_ascii", [], input);
    expect(exceptionAtEnd(out)?.type).toBe("NoDataInInterval");
    expect(code).toBe(0);
  });

  it("of a partial packet gives what came before, an exception, and 22", async () => {
    const { out, code } = await run("das2_ascii", [], SAMPLE.slice(0, -3));
    expect(out.match(/^:01:/gm)).toHaveLength(19);
    expect(exceptionAtEnd(out)?.type).toBe("ServerError");
    expect(code).toBe(22);
  });

  it("writes the same from a pipe, a file, and byte by byte", async () => {
    const long = STREAM_HEADER + PACKET_HEADER + rows(200_000);
    const piped = await run("das2_ascii", [], long);
    expect(piped.code).toBe(0);
    const fd = openSync(scripts.file(long), "r");
    const fromFile = await ended(spawn(join(folder, "das2_ascii"), { stdio: [fd, "pipe", "pipe"] }));
    closeSync(fd);
    expect(fromFile.code).toBe(0);
    expect(fromFile.out === piped.out).toBe(true);
    const child = spawn(join(folder, "das2_ascii"), { stdio: ["pipe", "pipe", "pipe"] });
    const slowly = ended(child);
    for (const byte of Buffer.from(SAMPLE, "latin1")) child.stdin.write(Uint8Array.of(byte));
    child.stdin.end();
    expect((await slowly).out).toBe((await run("das2_ascii", [], SAMPLE)).out);
  });

  it("writes headers and data as soon as the input pauses", async () => {
    const child = spawn(join(folder, "das2_ascii"), { stdio: ["pipe", "pipe", "pipe"] });
    let seen = "";
    const has = (text: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (text.test(seen)) resolve();
          else child.stdout.once("data", look);
        };
        look();
      });
    child.stdout.on("data", (bytes: Buffer) => {
      seen += bytes.toString("latin1");
    });
    child.stdin.write(STREAM_HEADER);
    await has(/^\[00\]/);
    child.stdin.write(PACKET_HEADER);
    await has(/\[01\]/);
    child.stdin.write(rows(1));
    await has(/:01:.*\n$/);
    child.stdin.end();
    await new Promise((resolve) => child.once("close", resolve));
    expect(child.exitCode).toBe(0);
  });

  it("ends with 0 and without a word when its consumer leaves, also while its input is silent", async () => {
    const child = spawn(join(folder, "das2_ascii"), { stdio: ["pipe", "pipe", "pipe"] });
    const over = ended(child);
    child.stdin.on("error", () => undefined);
    child.stdin.write(STREAM_HEADER + PACKET_HEADER);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdout.destroy();
    child.stdin.write(rows(3));
    expect(await over).toMatchObject({ code: 0, err: "" });
  });

  it("ends at once on SIGTERM", async () => {
    const child = spawn(join(folder, "das2_ascii"), { stdio: ["pipe", "pipe", "pipe"] });
    const over = ended(child);
    child.stdin.write(STREAM_HEADER);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    expect(await over).toMatchObject({ signal: "SIGTERM" });
  });

  it("works with a non-blocking socket as its output", async () => {
    // Its parent leaves the descriptor non-blocking, so that a write finds no room.
    const launcher = scripts.file(`
      const net = require("node:net"), { spawn } = require("node:child_process"), fs = require("node:fs");
      const socket = net.connect(Number(process.argv[2]), "127.0.0.1", () => {
        const input = fs.openSync(process.argv[4], "r");
        const child = spawn(process.execPath, ["-e", process.argv[5], process.argv[3]], { stdio: [input, socket, 2] });
        child.on("exit", (code) => process.exit(code));
      });`);
    const long = STREAM_HEADER + PACKET_HEADER + rows(400_000);
    const nonBlocking = `
      new (require("node:net").Socket)({ fd: 1, readable: false, writable: true });
      process.argv.splice(1, 1, process.argv[1]); require(process.argv[1]);`;
    let received = 0;
    const server: Server = createServer((socket) => socket.on("data", (bytes) => (received += bytes.length)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const args = [
      launcher,
      String(address.port),
      join(folder, "das2_ascii"),
      scripts.file(long),
      nonBlocking,
    ];
    const { code, err } = await ended(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }));
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect([code, err]).toEqual([0, ""]);
    expect(received).toBe((await run("das2_ascii", [], long)).out.length);
  });
});

describe("a reader", () => {
  it("writes a stream and ends with 0", async () => {
    const { out, code, err } = await run("synthetic", ["2001-01-01T00:00:00", "2001-01-01T00:01:00"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.startsWith("[00]")).toBe(true);
  });

  it("ends with 0 when its consumer leaves", async () => {
    const child = spawn(join(folder, "synthetic"), ["--cadence", "1ms", "2001-01-01", "2002-01-01"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const over = ended(child);
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await over).toMatchObject({ code: 0, err: "" });
  });
});
