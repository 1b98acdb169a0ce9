import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CachedSite, cachedSite } from "../support/cached-site.js";

const DESCRIPTION = 'Pump & </script><script>alert("x")</script> <!--';

describe("descriptions for engines that search for data sets", () => {
  let site: CachedSite;
  beforeAll(() => {
    site = cachedSite({
      cacheRoot: false,
      settings: { HELIOSTREAM_SERVER_URL: "https://data.example.org/das/server" },
    });
    site.define("Lab/Open", "reader = 'random'", "exampleRange_00 = '2021-06-30T00:00 to 2021-06-30T01:00'");
    site.define("Lab/Closed", "reader = 'random'", "readAccess = 'USER:rita'");
    site.define("Lab/Rude", `description = '${DESCRIPTION}'`, "reader = 'random'");
  });
  afterAll(() => site.close());

  const ask = (path: string) => site.ask("", { path });

  it("are given for a source, with absolute URLs of the configured server", async () => {
    const answer = await ask("/source/Lab/Open/dataset.jsonld");
    expect(answer.status).toBe(200);
    expect(answer.header("Content-Type")).toBe("application/ld+json");
    expect(JSON.parse(answer.bytes.toString("utf8"))).toMatchObject({
      "@context": "https://schema.org/",
      "@type": "Dataset",
      "@id": "https://data.example.org/das/server/source/Lab/Open/",
    });
  });

  it("stand in the page of the source as the same value, and nothing in them ends their element", async () => {
    for (const id of ["Lab/Open", "Lab/Rude"]) {
      const page = (await ask(`/source/${id}/`)).bytes.toString("utf8");
      const [, element = ""] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page) ?? [];
      const alone = (await ask(`/source/${id}/dataset.jsonld`)).bytes.toString("utf8");
      expect(JSON.parse(element)).toEqual(JSON.parse(alone));
      expect(page).not.toContain("<script>");
      expect(page.match(/<script(?! type="module" src=)/g)).toHaveLength(1);
    }
  });

  it("offer downloads that are answered with the type they name", async () => {
    const { distribution } = JSON.parse(
      (await ask("/source/Lab/Open/dataset.jsonld")).bytes.toString("utf8"),
    ) as {
      readonly distribution: readonly { readonly encodingFormat: string; readonly contentUrl: string }[];
    };
    expect(distribution.length).toBeGreaterThan(3);
    for (const { encodingFormat, contentUrl } of distribution) {
      const url = new URL(contentUrl);
      expect(url.origin).toBe("https://data.example.org");
      const answer = await site.ask(url.search.slice(1), { path: url.pathname.replace("/das/server", "") });
      expect(answer.status, contentUrl).toBe(200);
      expect(answer.header("Content-Type")?.split(";")[0], contentUrl).toBe(encodingFormat);
    }
  });

  it("list what everybody may have, as a catalog", async () => {
    const answer = await ask("/catalog.jsonld");
    expect(answer.header("Content-Type")).toBe("application/ld+json");
    const { dataset, ...catalog } = JSON.parse(answer.bytes.toString("utf8")) as {
      readonly dataset: readonly { readonly name: string; readonly url: string }[];
    };
    expect(catalog).toMatchObject({
      "@type": "DataCatalog",
      "@id": "https://data.example.org/das/server/source/",
    });
    expect(dataset.map(({ url }) => url)).toEqual([
      "https://data.example.org/das/server/source/Lab/Open/",
      "https://data.example.org/das/server/source/Lab/Rude/",
    ]);
    const known = await site.ask("", {
      path: "/catalog.jsonld",
      headers: { "if-none-match": answer.header("ETag") },
    });
    expect(known.status).toBe(304);
  });
});
