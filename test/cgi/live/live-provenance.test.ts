import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GrowingArchive } from "../../support/growing-archive.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";

describe("how a live stream is made", () => {
  let archive: GrowingArchive;
  let site: LiveSite;
  beforeEach(async () => {
    archive = new GrowingArchive();
    site = await liveSite({ programs: { grown: archive.reader("grown") } });
    site.define("Pump", "reader = 'grown'", "realTime = 1");
  });
  afterEach(() => site.close());

  it("is told in its header, once, as for any other request", async () => {
    archive.add({ x: 1, value: 1 }, { x: 2, value: 2 });
    const client = new LiveClient(
      site.url("Pump", { "read.time.min": "2000-01-01", "read.time.max": "forever" }),
    );
    await client.given(2);
    archive.add({ x: 3, value: 3 });
    site.ring();
    await client.given(3);
    const headers = client.items.flatMap((item) => (item.kind === "stream" ? [item.header] : []));
    expect(headers).toHaveLength(1);
    const told = headers[0]?.properties.filter(({ name }) => name.startsWith("prov"));
    expect(told?.map(({ name, value }) => [name, value])).toEqual([
      ["provServer", expect.stringMatching(/^heliostream \d/)],
      ["provSource", "Pump"],
      ["provReader", "grown"],
    ]);
    client.socket.close();
    await client.end();
  });
});
