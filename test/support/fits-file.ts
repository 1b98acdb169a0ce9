/** A FITS card: `KEY     = value`. */
export function fitsCard(key: string, value: string | number): string {
  const text = typeof value === "number" ? String(value).padStart(20) : value;
  return `${key.padEnd(8)}= ${text}`.padEnd(80);
}

/** A header: cards and END, padded to whole blocks of 2880 bytes. */
export function fitsHeader(cards: readonly (readonly [string, string | number])[]): Buffer {
  const text = `${cards.map(([key, value]) => fitsCard(key, value)).join("")}${"END".padEnd(80)}`;
  return Buffer.from(text.padEnd(Math.ceil(text.length / 2880) * 2880), "latin1");
}

/** Data, padded to whole blocks. */
export function fitsData(data: Uint8Array): Buffer {
  return Buffer.concat([data, Buffer.alloc((2880 - (data.length % 2880)) % 2880)]);
}

/** A primary unit without data. */
export function fitsPrimary(cards: readonly (readonly [string, string | number])[] = []): Buffer {
  return fitsHeader([
    ["SIMPLE", "                   T"],
    ["BITPIX", 8],
    ["NAXIS", 0],
    ["EXTEND", "                   T"],
    ...cards,
  ]);
}

/** A binary table. */
export function fitsTable(
  name: string,
  columns: readonly (readonly [name: string, form: string])[],
  rowBytes: number,
  rows: Uint8Array,
  more: readonly (readonly [string, string | number])[] = [],
): Buffer {
  const cards: (readonly [string, string | number])[] = [
    ["XTENSION", "'BINTABLE'"],
    ["BITPIX", 8],
    ["NAXIS", 2],
    ["NAXIS1", rowBytes],
    ["NAXIS2", rows.length / rowBytes],
    ["PCOUNT", 0],
    ["GCOUNT", 1],
    ["TFIELDS", columns.length],
    ["EXTNAME", `'${name.padEnd(8)}'`],
    ...more,
  ];
  columns.forEach(([column, form], i) => {
    cards.push([`TTYPE${i + 1}`, `'${column.padEnd(8)}'`], [`TFORM${i + 1}`, `'${form.padEnd(8)}'`]);
  });
  return Buffer.concat([fitsHeader(cards), fitsData(rows)]);
}
