/** Beginnings of keywords that are not for clients; das2-server 2.6. */
const PRIVATE_PREFIXES: readonly string[] = [
  "reader",
  "reducer",
  "compressor",
  "readAccess",
  "groupAccess",
  "hapi",
  "subSource",
  "exampleQuery",
  "paramValInfo",
  "coverageReducer",
  "hasCoverage",
  "cacheReader",
  "liveReader",
  "sourceGlob",
];

/** Whether no client ever sees the value of the keyword. */
export function isPrivate(keyword: string): boolean {
  return PRIVATE_PREFIXES.some((prefix) => keyword.startsWith(prefix));
}
