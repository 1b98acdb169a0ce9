import type { LinkRow } from "../pages/link-table.js";
import type { QueryContext } from "../query.js";

/** Every way to the same sources, for programs and for those who write them. */
export function doorLinks({ request, site }: QueryContext): readonly LinkRow[] {
  const { mount } = request;
  const base = mount === "" ? "/" : mount;
  const { enableHapi, enableVerifier, drmsUrl } = site.config;
  return [
    { href: `${base}?server=list`, text: "List", about: "every source, one a line, as das2 clients read it" },
    {
      href: `${base}?server=discovery`,
      text: "Discovery",
      about: "those of them that give an example range",
    },
    { href: `${base}?server=files`, text: "Files", about: "sources that give files instead of streams" },
    { href: `${mount}/catalog.json`, text: "Catalog", about: "sources by path, for clients of dasFlex" },
    ...(enableHapi
      ? [
          {
            href: `${mount}/hapi`,
            text: "HAPI",
            about: "the same sources for clients of the Heliophysics API",
          },
        ]
      : []),
    ...(drmsUrl === undefined
      ? []
      : [
          {
            href: `${mount}/jsoc/show_series`,
            text: "JSOC",
            about: "series of the archive, for clients such as drms",
          },
        ]),
    { href: `${mount}/openapi.json`, text: "OpenAPI", about: "everything that can be asked, for programs" },
    {
      href: `${mount}/catalog.jsonld`,
      text: "schema.org",
      about: "the catalog for engines that search for data",
    },
    ...(enableVerifier
      ? [
          {
            href: `${mount}/verify`,
            text: "Verifier",
            about: "says what is wrong with a stream that you send",
          },
        ]
      : []),
    { href: `${base}?server=peers`, text: "Peers", about: "other servers" },
  ];
}
