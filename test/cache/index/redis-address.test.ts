import { describe, expect, test } from "vitest";
import { parseRedisAddress } from "../../../cache/redis-address.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const local = { kind: "network", host: "localhost", port: 6379, db: 0 };

describe("the address of Redis", () => {
  test.each([
    ["localhost:6379:0", local],
    ["localhost", local],
    [" localhost:6379 ", local],
    ["10.0.0.5:7000:12", { kind: "network", host: "10.0.0.5", port: 7000, db: 12 }],
    ["[::1]:7000:2", { kind: "network", host: "::1", port: 7000, db: 2 }],
    ["redis://localhost", local],
    ["redis://localhost:6379/", local],
    ["redis://[fe80::1]/3", { kind: "network", host: "fe80::1", port: 6379, db: 3 }],
    ["redis://:s3cret@localhost/1", { ...local, db: 1, password: "s3cret" }],
    ["redis://das:a%40b%3Ac@localhost", { ...local, username: "das", password: "a@b:c" }],
    ["redis://das:100%@localhost", { ...local, username: "das", password: "100%" }],
    ["unix:/run/redis/redis.sock", { kind: "socket", path: "/run/redis/redis.sock", db: 0 }],
    ["unix:/run/redis.sock:4", { kind: "socket", path: "/run/redis.sock", db: 4 }],
    [
      "unix://:s3cret@/run/redis.sock:4",
      { kind: "socket", path: "/run/redis.sock", db: 4, password: "s3cret" },
    ],
  ])("%s", (text, expected) => {
    expect(parseRedisAddress(text)).toEqual(expected);
  });

  test.each([
    "",
    "localhost:0:0",
    "localhost:65536:0",
    "localhost:6379:0:1",
    "localhost:port:0",
    "rediss://localhost",
    "redis://localhost/one",
    "unix:relative.sock",
    "host name:6379:0",
  ])("%j is refused", (text) => {
    expect(codeOf(() => parseRedisAddress(text))).toBe("BAD_CONFIG");
  });

  test.each([
    "redis://das:s3cret@host:99999/0",
    "redis://das:s3cret@ho st/0",
    "unix://das:s3cret@relative",
    "das:s3cret@host:6379",
    "redis://das:s3/cret@host:1/0",
  ])("neither user nor password is in the message about %j", (text) => {
    const message = messageOf(() => parseRedisAddress(text));
    expect(message).toContain("…@");
    expect(message).not.toMatch(/das|s3|cret/);
  });
});
