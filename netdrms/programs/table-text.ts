/** A row of a table that people and scripts read: cells between tabs, one line; what would break that is a blank. */
export function tableRow(cells: readonly string[]): string {
  return `${cells.map((cell) => cell.replaceAll(/[\t\r\n]+/g, " ")).join("\t")}\n`;
}
