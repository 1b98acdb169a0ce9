import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RedisRefusal, type RedisReply } from "../../../cache/index/redis-link.js";
import { RespParser } from "../../../cache/index/resp-parser.js";
import { codeOf } from "../../support/thrown.js";

const LIMITS = { text: 1000, reply: 4000, items: 50, depth: 3 };

/** What RESP2 writes for a reply; Redis serialization protocol specification. */
function written(reply: RedisReply): Buffer {
  if (reply === null) return Buffer.from("$-1\r\n");
  if (typeof reply === "number") return Buffer.from(`:${reply}\r\n`);
  if (reply instanceof RedisRefusal) return Buffer.from(`-${reply.reason}\r\n`);
  if (Buffer.isBuffer(reply))
    return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from("\r\n")]);
  return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(written)]);
}

function parsed(bytes: Buffer, pieceLength: number): RedisReply[] {
  const parser = new RespParser(LIMITS);
  const replies: RedisReply[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength)
    replies.push(...parser.push(Buffer.from(bytes.subarray(at, at + pieceLength))));
  return replies;
}

describe("replies of Redis", () => {
  const text =
    "+OK\r\n:-12\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n*1\r\n:1\r\n$1\r\nx\r\n-ERR no such thing\r\n";
  const expected: RedisReply[] = [
    Buffer.from("OK"),
    -12,
    Buffer.from("a\r\nbc"),
    Buffer.from(""),
    null,
    null,
    [],
    [[1], Buffer.from("x")],
    new RedisRefusal("ERR no such thing"),
  ];

  test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    "are the same in pieces of %i bytes",
    (pieceLength) => {
      expect(parsed(Buffer.from(text), pieceLength)).toEqual(expected);
      expect(parsed(Buffer.from(text), text.length)).toEqual(expected);
    },
  );

  test("of any shape are read as they were written, wherever they are cut", () => {
    const { reply } = fc.letrec<{ reply: RedisReply; list: RedisReply[] }>((tie) => ({
      reply: fc.oneof(
        { maxDepth: 2 },
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc.maxSafeInteger(),
        fc.constant(null),
        tie("list"),
      ),
      list: fc.array(tie("reply"), { maxLength: 5 }),
    }));
    fc.assert(
      fc.property(
        fc.array(reply, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 50 }),
        (replies, cut) => {
          expect(parsed(Buffer.concat(replies.map(written)), cut)).toEqual(replies);
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ["something that is no reply", "HTTP/1.1 400 Bad Request\r\n"],
    ["an empty line", "\r\n"],
    ["a line that ends with LF alone", "+OK\n"],
    ["an integer that is none", ":1.5\r\n"],
    ["an integer that is not exact", ":90071992547409920\r\n"],
    ["a length that is none", "$five\r\n"],
    ["a length below -1", "$-2\r\n"],
    ["a text that is longer than it says", "$2\r\nabcd"],
    ["a text above the limit", "$1001\r\n"],
    ["a list above the limit", "*51\r\n"],
    ["lists nested too deeply", "*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"],
    ["a line without an end", `+${"x".repeat(5000)}`],
    ["a reply of many texts above the limit of all", `*50\r\n${`$900\r\n${"x".repeat(900)}\r\n`.repeat(5)}`],
    ["a list of RESP3", "%1\r\n+a\r\n:1\r\n"],
  ])("%s is refused", (_, bytes) => {
    expect(codeOf(() => parsed(Buffer.from(bytes), bytes.length))).toBe("INDEX_AWAY");
    expect(codeOf(() => parsed(Buffer.from(bytes), 1))).toBe("INDEX_AWAY");
  });

  test("an announced size takes no memory: a text is refused when its length is read, not when it has come", () => {
    const parser = new RespParser({ ...LIMITS, text: 10_000 });
    expect(codeOf(() => parser.push(Buffer.from("$4001\r\n")))).toBe("INDEX_AWAY");
  });
});
