import { expect, test } from "vitest";
import { HeaderMemory } from "../../../cache/store/header-memory.js";
import type { StreamItem } from "../../../stream/model.js";
import { StreamParser } from "../../../stream/stream-parser.js";

/** A stream of one packet type with that name of its plane, and one packet. */
function stream(name: string, properties = ""): Buffer {
  const header = (id: string, body: string) => `[${id}]${String(body.length).padStart(6, "0")}${body}`;
  const planes = `<x type="sun_real8" units="us2000"/><y type="sun_real4" units="" name="${name}">${properties}</y>`;
  const packet = Buffer.alloc(16);
  packet.write(":01:", "latin1");
  const headers = header("00", '<stream version="2.2"/>') + header("01", `<packet>${planes}</packet>`);
  return Buffer.concat([Buffer.from(headers), packet]);
}

const parsed = (bytes: Uint8Array, known?: HeaderMemory): readonly StreamItem[] =>
  new StreamParser({}, known).push(bytes);
const packetOf = (items: readonly StreamItem[]) =>
  items.flatMap((item) => (item.kind === "packet" ? [item.header] : []))[0];

test("a header that was read before gives the same object, and everything else as if it had not been", () => {
  const known = new HeaderMemory();
  const first = parsed(stream("a"), known);
  const again = parsed(stream("a"), known);
  expect(again).toEqual(parsed(stream("a")));
  expect(packetOf(again)).toBe(packetOf(first));
  expect(packetOf(parsed(stream("b"), known))?.planes[1]?.name).toBe("b");
});

test("bytes that are written over afterwards do not change what is known", () => {
  const known = new HeaderMemory();
  const bytes = stream("a");
  parsed(bytes, known);
  stream("b").copy(bytes);
  expect(packetOf(parsed(bytes, known))?.planes[1]?.name).toBe("b");
  expect(packetOf(parsed(stream("a"), known))?.planes[1]?.name).toBe("a");
});

test("what is odd about a header is told each time", () => {
  const known = new HeaderMemory();
  const odd = stream("a", '<properties strange:size="1"/>');
  const comments = () => parsed(odd, known).filter(({ kind }) => kind === "comment");
  expect(comments()).toHaveLength(1);
  expect(comments()).toHaveLength(1);
});

test("of more headers than are kept those that were used last are known", () => {
  const known = new HeaderMemory();
  const first = packetOf(parsed(stream("n0"), known));
  for (let n = 1; n < 62; n++) parsed(stream(`n${n}`), known);
  expect(packetOf(parsed(stream("n0"), known))).toBe(first);
  const second = packetOf(parsed(stream("n1"), known));
  for (let n = 62; n < 125; n++) parsed(stream(`n${n}`), known);
  expect(packetOf(parsed(stream("n1"), known))).not.toBe(second);
});
