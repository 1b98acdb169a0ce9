import fc from "fast-check";
import { expect, test } from "vitest";
import { DasError } from "../../errors/das-error.js";
import type { StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { bytesOf, joined, packetText } from "./support.js";

// A stream with one of everything, to be spoilt.
const SOUND = bytesOf(
  packetText("00", '<stream version="2.2"><properties Datum:xTagWidth="1 s" title="&lt;t&gt;"/></stream>\n') +
    packetText(
      "01",
      '<packet><x type="sun_real4" units="s"/><y name="a" type="ascii9" units=""/></packet>\n',
    ) +
    ":01:xxxx    1.25\n:01:yyyy    2.25\n" +
    packetText("xx", '<comment type="taskProgress" source="" value="1"/>\n') +
    packetText(
      "02",
      '<packet><x type="sun_real4" units="s"/><yscan type="little_endian_real4" nitems="3" yUnits="Hz" zUnits="" yTagInterval="2"/></packet>',
    ) +
    ":02:xxxx000011112222:01:xxxx    1.25\n" +
    packetText("xx", '<exception type="ServerError" message="end"/>'),
);

/** Everything until the end or the error, in pieces of `step` bytes. */
function outcome(bytes: Uint8Array, step: number): { items: StreamItem[]; code: string } {
  const parser = new StreamParser();
  const items: StreamItem[] = [];
  try {
    for (let at = 0; at < bytes.length; at += step) items.push(...parser.push(bytes.slice(at, at + step)));
    items.push(...parser.end());
    return { items: joined(items), code: "" };
  } catch (error) {
    if (!(error instanceof DasError)) throw error;
    return { items: joined(items), code: error.code };
  }
}

function check(bytes: Uint8Array, step: number): void {
  const whole = outcome(bytes, bytes.length + 1);
  expect(whole.code).not.toBe("INTERNAL");
  const cut = outcome(bytes, step);
  expect(cut.code).toBe(whole.code);
  expect(cut.items).toEqual(whole.items);
}

test("a spoilt stream gives items or a named error, the same however it is cut", () => {
  const change = fc.record({
    at: fc.nat(SOUND.length - 1),
    kind: fc.constantFrom("replace", "insert", "remove"),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...bytesOf(':[]x01 <>"\n&=/'))),
  });
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 40 }),
      (changes, step) => {
        const bytes = [...SOUND];
        for (const { at, kind, byte } of changes)
          if (kind === "replace") bytes[at % bytes.length] = byte;
          else if (kind === "insert") bytes.splice(at, 0, byte);
          else bytes.splice(at, 1);
        check(Uint8Array.from(bytes), step);
      },
    ),
    { numRuns: 1500 },
  );
});

test("any bytes after a sound header give items or a named error", () => {
  const header = SOUND.subarray(0, SOUND.indexOf(0x3a, 300));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (rest, step) => {
      check(Uint8Array.from([...header, ...rest]), step);
    }),
  );
});
