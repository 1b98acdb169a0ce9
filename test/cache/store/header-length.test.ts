import { expect, test } from "vitest";
import { HeaderLength } from "../../../cache/store/header-length.js";
import { packet } from "../../support/run-stream.js";

const STREAM = packet("00", '<stream version="2.2"/>\n');
const PACKET = packet("01", '<packet>\n  <x type="time24" units="us2000"/>\n</packet>\n');

test.each([
  ["before a record", `${STREAM + PACKET}:01:2021`, STREAM.length + PACKET.length],
  ["of nothing", "", 0],
  ["of headers alone", STREAM + PACKET, STREAM.length + PACKET.length],
  ["with a newline too many", `${STREAM}\n${PACKET}:01:`, STREAM.length + PACKET.length + 1],
  ["before a compressed part", `${STREAM}x\u009c`, STREAM.length],
  ["before what is no length", `${STREAM}[01]abcdef`, STREAM.length + 10],
])("the length of headers %s is the same in pieces of any size", (_, text, expected) => {
  const bytes = Buffer.from(text, "latin1");
  for (let size = 1; size <= bytes.length + 1; size++) {
    const length = new HeaderLength();
    for (let at = 0; at < bytes.length; at += size) length.push(bytes.subarray(at, at + size));
    expect(length.finish(bytes.length)).toBe(expected);
  }
});
