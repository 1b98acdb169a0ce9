import { describe, expect, it } from "vitest";
import { DasError } from "../../errors/das-error.js";
import { ItemChain } from "../../stream/item-chain.js";
import type { StreamItem, StreamTransform } from "../../stream/model.js";

const header: StreamItem = { kind: "stream", header: { version: "2.2", properties: [] } };
const comment = (value: string): StreamItem => ({
  kind: "comment",
  comment: { type: "t", source: "s", value },
});

/** Holds each comment back until the next thing comes, as a filter holds a bin. */
function delaying(name: string): StreamTransform {
  let held: StreamItem | undefined;
  return {
    push(item, emit) {
      if (item.kind !== "comment") {
        if (held !== undefined && item.kind === "exception") emit(held);
        emit(item);
        return;
      }
      if (item.comment.value.endsWith(`!${name}`)) throw new DasError("DOMAIN", `refused by ${name}`);
      if (item.comment.value.endsWith(`?${name}`)) throw new TypeError("secret of the inside");
      if (held !== undefined) emit(held);
      held = item;
    },
    end(emit) {
      if (held !== undefined) emit(held);
    },
  };
}

function run(feed: (chain: ItemChain) => void, names = ["a", "b"]): { said: string[]; chain: ItemChain } {
  const said: string[] = [];
  const chain = new ItemChain(names.map(delaying), (item) => {
    if (item.kind === "comment") said.push(item.comment.value);
    else if (item.kind === "exception") said.push(`${item.exception.type}: ${item.exception.message}`);
    else said.push(item.kind);
  });
  feed(chain);
  return { said, chain };
}

describe("transforms one after the other", () => {
  it("flush in order at the end", () => {
    const { said, chain } = run((one) => {
      for (const item of [header, comment("1"), comment("2"), comment("3")]) one.push(item);
      one.end();
      one.end();
    });
    expect(said).toEqual(["stream", "1", "2", "3"]);
    expect(chain.failure).toBeUndefined();
  });

  it("flush before an exception that comes in, and take nothing after it", () => {
    const { said, chain } = run((one) => {
      one.push(header);
      one.push(comment("1"));
      one.push({ kind: "exception", exception: { type: "NoDataInInterval", message: "none" } });
      one.push(comment("2"));
      one.end();
    });
    expect(said).toEqual(["stream", "1", "NoDataInInterval: none"]);
    expect(chain.failure).toBeUndefined();
    expect(chain.closed).toBe(true);
  });

  it.each([
    ["a", "2!a", ["stream", "ServerError: refused by a"]],
    ["b", "2!b", ["stream", "ServerError: refused by b"]],
  ])("turn the failure of %s into an exception", (name, value, expected) => {
    const { said, chain } = run((one) => {
      for (const item of [header, comment("1"), comment(value), comment("3"), comment("4")]) one.push(item);
      one.end();
    });
    expect(said).toEqual(expected);
    expect(chain.failure?.position).toBe(name === "a" ? 0 : 1);
    expect(chain.failure?.error.code).toBe("DOMAIN");
  });

  it("say nothing of the inside", () => {
    const { said, chain } = run((one) => {
      for (const item of [header, comment("2?a")]) one.push(item);
    });
    expect(said).toEqual(["stream", "ServerError: a filter failed for an internal reason"]);
    expect(chain.failure?.error.cause).toBeInstanceOf(TypeError);
  });

  it("write nothing where the failure comes before the header, but always say that there is no data", () => {
    expect(run((one) => one.fail(new DasError("NO_STREAM_HEADER", "empty"))).said).toEqual([]);
    const noData = run((one) => one.fail(new DasError("NO_DATA", "none")));
    expect(noData.said).toEqual(["stream", "NoDataInInterval: none"]);
    expect(noData.chain.failure).toBeUndefined();
  });

  it("let an error of the sink through untouched", () => {
    const broken = new Error("closed");
    const chain = new ItemChain([delaying("a")], () => {
      throw broken;
    });
    expect(() => chain.push(header)).toThrow(broken);
    expect(chain.failure).toBeUndefined();
  });
});
