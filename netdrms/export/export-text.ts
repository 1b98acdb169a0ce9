/** Text on one line: control characters, which would begin another one, are blanks. */
export function lineText(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ");
}

/** Text as a card can hold it, and whether something was left out: the bytes 0x20 to 0x7E and 0xA0 to 0xFF stay. Source: export A6. */
export function cardText(text: string): { readonly text: string; readonly dropped: boolean } {
  const kept = text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, "");
  return { text: kept, dropped: kept.length !== text.length };
}
