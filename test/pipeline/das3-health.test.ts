import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Das3Health } from "../../pipeline/das3-health.js";
import { PUMP3, packet3 } from "../support/das3-streams.js";
import { codeOf } from "../support/thrown.js";

/** What passes of a stream that comes in pieces of a size. */
function passed(stream: string, pieceBytes: number) {
  const health = new Das3Health();
  const pieces: string[] = [];
  const code = codeOf(() => {
    const bytes = Buffer.from(stream);
    for (let at = 0; at < bytes.length; at += pieceBytes)
      health.push(bytes.subarray(at, at + pieceBytes), (whole) => pieces.push(Buffer.from(whole).toString()));
    health.end();
  });
  return { health, text: pieces.join(""), pieces, code };
}

describe("a das3 stream on its way (das2-server 3.3)", () => {
  it("passes as it is, in whole packets, however it comes", () => {
    for (const size of [1, 2, 5, 33, 10_000]) {
      const { text, pieces, code, health } = passed(PUMP3, size);
      expect([text, code]).toEqual([PUMP3, "accepted"]);
      expect(health.packets).toBe(2);
      for (const piece of pieces) expect(piece.startsWith("|")).toBe(true);
    }
    expect(passed(PUMP3, 10_000).pieces).toHaveLength(1);
  });

  it("ends before a packet that is not whole", () => {
    const { text, code } = passed(PUMP3.slice(0, -5), 7);
    expect(code).toBe("PARTIAL_PACKET");
    expect(PUMP3.startsWith(text)).toBe(true);
    expect(text.endsWith("12.25\n")).toBe(true);
  });

  it("ends with an exception, whatever follows it", () => {
    const exception = packet3("Ex", "", '<exception type="NoMatchingData">none</exception>');
    const { text, health, code } = passed(`${PUMP3}${exception}garbage`, 50);
    expect([text, code]).toEqual([PUMP3 + exception, "accepted"]);
    expect(health.exception).toEqual({ type: "NoDataInInterval", message: "none" });
  });

  it.each([
    ["das2", "[00]000024<stream", "NO_STREAM_HEADER"],
    ["a header before the stream", packet3("Hx", "1", "<dataset/>"), "NO_STREAM_HEADER"],
    ["no packet in the middle", `${PUMP3}:01:`, "BAD_PREFIX"],
    ["a record above the limit", `${PUMP3}|Pd|1|99999999999|`, "BAD_LENGTH"],
  ])("that is none is told of: %s", (_, stream, expected) => {
    expect(passed(stream, 9).code).toBe(expected);
  });

  it("never passes anything but a beginning of what came, on the boundary of a packet", () => {
    const packets = [
      PUMP3.slice(0, 132),
      packet3("Cx", "", "<comment/>"),
      packet3("Pd", "1", "abc"),
      packet3("XX", "", "|Pd|"),
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...packets), { maxLength: 6 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 30 }),
        (middle, cut, size) => {
          const sx = packet3("Sx", "", '<stream type="das-basic-stream" version="3.0"/>');
          const stream = [sx, ...middle.filter((one) => !one.startsWith("|Sx|"))].join("");
          const { text } = passed(stream.slice(0, Math.max(0, stream.length - cut)), size);
          expect(stream.startsWith(text)).toBe(true);
          expect(text.length === stream.length || text === "" || stream[text.length] === "|").toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
