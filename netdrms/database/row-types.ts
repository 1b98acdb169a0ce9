/** Numbers of PostgreSQL's types, fixed for ever (pg_type.dat). */
const BOOL = 16;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const FLOAT4 = 700;
const FLOAT8 = 701;
const TEXT_ARRAY = 1009;
const INT8_ARRAY = 1016;

/**
 * How one connection reads the text of values: int8 exactly, as bigint; times and `numeric` stay text. Given to each client,
 * never set for the whole process.
 */
export const ROW_TYPES = {
  getTypeParser(oid: number): (text: string) => unknown {
    switch (oid) {
      case BOOL:
        return (text) => text === "t";
      case INT8:
        return BigInt;
      case INT2:
      case INT4:
      case OID:
      case FLOAT4:
      case FLOAT8:
        return Number;
      case INT8_ARRAY:
        return (text) => arrayElements(text).map((element) => (element === null ? null : BigInt(element)));
      case TEXT_ARRAY:
        return arrayElements;
      default:
        return (text) => text;
    }
  },
};

/** Elements of the text form of an array of one dimension. */
function arrayElements(text: string): (string | null)[] {
  const elements: (string | null)[] = [];
  const element = /"((?:[^"\\]|\\.)*)"|([^",{}]+)/gs;
  for (const [, quoted, bare] of text.matchAll(element))
    elements.push(quoted !== undefined ? quoted.replaceAll(/\\(.)/gs, "$1") : bare === "NULL" ? null : bare!);
  return elements;
}
