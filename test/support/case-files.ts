import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { RawAnswer, RawRequest } from "./raw-http.js";

/** What an answer is expected to be; what is not named is not looked at. */
export interface Expectation {
  readonly status: number;
  /** Exact values by canonical name; `null`: the header must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** The whole body. */
  readonly body?: string;
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  /** Packets of a das2 stream by id (`00`, `01`, `xx`): how many header packets; `:01:`: how many data packets. */
  readonly packets?: Readonly<Record<string, number>>;
  /** Type of the exception the stream ends with. */
  readonly exception?: string;
}

/** One request and what is expected. */
export interface RequestCase {
  readonly name: string;
  readonly request: RawRequest;
  readonly expect: Expectation;
  /** Fields of the record of the request. */
  readonly record?: Readonly<Record<string, unknown>>;
  /** Why Apache answers this itself, so that only the server's own adapters are asked. */
  readonly notApache?: string;
}

/** A file of cases. */
export interface CaseFile {
  readonly title: string;
  readonly cases: readonly RequestCase[];
}

const FOLDER = join(import.meta.dirname, "../cases");

/** Every case file, by name. */
export function caseFiles(): readonly CaseFile[] {
  return (
    readdirSync(FOLDER)
      .filter((name) => name.endsWith(".json"))
      .sort()
      // The files belong to the tests: a field that is missing shows in the first case.
      .map((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as CaseFile)
  );
}

/** The packets of a das2 stream of fixed-width text or known strides, counted by prefix, and the last exception's type. */
export function countPackets(body: Buffer): {
  packets: Record<string, number>;
  exception: string | undefined;
} {
  const packets: Record<string, number> = {};
  const strides = new Map<string, number>();
  let exception: string | undefined;
  let at = 0;
  while (at < body.length) {
    const prefix = body.toString("latin1", at, at + 4);
    const count = (key: string) => {
      packets[key] = (packets[key] ?? 0) + 1;
    };
    if (/^\[..\]$/.test(prefix)) {
      const length = Number(body.toString("latin1", at + 4, at + 10));
      const text = body.toString("utf8", at + 10, at + 10 + length);
      expect(
        Number.isInteger(length) && at + 10 + length <= body.length,
        `length of packet ${prefix} at ${at}`,
      ).toBe(true);
      count(prefix.slice(1, 3));
      strides.set(prefix.slice(1, 3), 4 + packetWidth(text));
      exception = /<exception type="([^"]*)"/.exec(text)?.[1] ?? exception;
      at += 10 + length;
    } else {
      expect(prefix, `prefix at byte ${at}`).toMatch(/^:\d\d:$/);
      const stride = strides.get(prefix.slice(1, 3)) ?? 0;
      expect(stride, `stride of ${prefix}`).toBeGreaterThan(4);
      count(prefix);
      at += stride;
    }
  }
  expect(at, "the stream ends on a packet boundary").toBe(body.length);
  return { packets, exception };
}

/** Bytes of the values of one data packet, from the types in its header. */
function packetWidth(header: string): number {
  let width = 0;
  for (const [plane] of header.matchAll(/<(?:x|y|z|yscan|qdataset)\b[^>]*>|<values[^>]*>/g)) {
    const type = /(?:type|encoding)="([^"]+)"/.exec(plane)?.[1];
    if (type === undefined) continue;
    const items = Number(/nitems="(\d+)"/.exec(plane)?.[1] ?? 1);
    width += Number(/(\d+)$/.exec(type)?.[1] ?? 0) * items;
  }
  return width;
}

/** Checks an answer against what a case expects. */
export function checkAnswer(answer: RawAnswer, expected: Expectation): void {
  const text = answer.body.toString("utf8");
  expect(answer.status, text.slice(0, 500)).toBe(expected.status);
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const found = answer.headers.find(([given]) => given === name)?.[1];
    expect(found ?? null, `header ${name}`).toBe(value);
  }
  if (expected.body !== undefined) expect(text).toBe(expected.body);
  for (const part of expected.includes ?? []) expect(text).toContain(part);
  for (const part of expected.excludes ?? []) expect(text).not.toContain(part);
  if (expected.packets !== undefined || expected.exception !== undefined) {
    const { packets, exception } = countPackets(answer.body);
    if (expected.packets !== undefined) expect(packets).toEqual(expected.packets);
    expect(exception).toBe(expected.exception);
  }
  // Whatever was asked: nothing of the inside comes out (das2-server 20.1).
  for (const secret of ["/secret/", "node_modules", "/programs/", "at Object.", ".ts:", "argv"])
    expect(answer.body.includes(secret), `"${secret}" in the body`).toBe(false);
  expect(answer.headBytes, "status line and headers (das2-server 1.3)").toBeLessThan(2047);
  expect(answer.whole, "the body is whole").toBe(true);
}

/** Headers that every server in between sets for itself, or that differ by request. */
const OWN = new Set([
  "date",
  "server",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "x-request-id",
  "content-length",
]);

/** What must be the same whichever way an answer comes: status, headers, every byte of the body. */
export function comparable(answer: RawAnswer): unknown {
  const headers = answer.headers
    .filter(([name]) => !OWN.has(name.toLowerCase()))
    // Apache puts what it knows of together anew, without blanks.
    .map(([name, value]) => `${name}: ${/^vary$/i.test(name) ? value.replace(/, */g, ", ") : value}`);
  return { status: answer.status, headers: headers.sort(), body: answer.body.toString("base64") };
}
