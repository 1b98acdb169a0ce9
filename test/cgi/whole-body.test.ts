import { describe, expect, it } from "vitest";
import { wholeIfShort } from "../../cgi/data/whole-body.js";
import { isWholeBody } from "../../cgi/http.js";

/** Pieces as they come, until one is an error. A promise is waited for before what follows it. */
async function* pieces(...parts: readonly (string | Error | Promise<void>)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    if (typeof part === "string") yield Buffer.from(part);
    else await part;
  }
}

/** The text of a body, and what it broke off with. */
async function textOf(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly text: string; readonly error?: unknown }> {
  let text = "";
  try {
    for await (const piece of body) text += Buffer.from(piece).toString();
  } catch (error) {
    return { text, error };
  }
  return { text };
}

describe("the body of an answer", () => {
  it.each([[[]], [["one"]], [["one ", "two ", "three"]]])("of %j is whole", async (parts) => {
    const body = await wholeIfShort(pieces(...parts));
    expect(isWholeBody(body) && Buffer.from(body).toString()).toBe(parts.join(""));
  });

  it("that waits for something comes as it is made", async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const body = await wholeIfShort(pieces("one ", gate, "two ", "three"));
    if (isWholeBody(body)) throw new Error("it is whole");
    go();
    expect(await textOf(body)).toEqual({ text: "one two three" });
  });

  it("that is long comes as it is made", async () => {
    const part = "x".repeat(30_000);
    const body = await wholeIfShort(pieces(part, part, part, part));
    if (isWholeBody(body)) throw new Error("it is whole");
    expect(await textOf(body)).toEqual({ text: part.repeat(4) });
  });

  it("that fails gives what came before, then the failure", async () => {
    const failure = new Error("broken");
    const body = await wholeIfShort(pieces("one ", "two", failure));
    if (isWholeBody(body)) throw new Error("it is whole");
    expect(await textOf(body)).toEqual({ text: "one two", error: failure });
  });

  it("ends what makes it when it is left early", async () => {
    let ended = false;
    const source = (async function* () {
      try {
        for (;;) yield Buffer.alloc(40_000);
      } finally {
        ended = true;
      }
    })();
    const body = await wholeIfShort(source);
    if (isWholeBody(body)) throw new Error("it is whole");
    for await (const piece of body) {
      expect(piece.length).toBe(40_000);
      break;
    }
    expect(ended).toBe(true);
  });
});
