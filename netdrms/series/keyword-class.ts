import type { SlotKind } from "../values/slots.js";
import type { KeywordClass } from "./model.js";

/** The codes of `drms_keyword.isconstant`. Source: netdrms 1.4. */
export const KEYWORD_CLASS_CODES = {
  variable: 0,
  constant: 1,
  index: 100,
  ts_eq: 1000,
  slot: 1001,
  enum: 1002,
  carr: 1003,
  ts_slot: 1004,
} as const satisfies Record<KeywordClass, number>;

const CLASS_OF_CODE = new Map(
  Object.entries(KEYWORD_CLASS_CODES).map(([name, code]) => [code, name as KeywordClass]), // keys of the table
);

/** The class of a code; `undefined` for a code that is none. Source: netdrms 1.4. */
export function keywordClassOfCode(code: number): KeywordClass | undefined {
  return CLASS_OF_CODE.get(code as (typeof KEYWORD_CLASS_CODES)[KeywordClass]); // a lookup takes any number
}

/** The class of a word in any case, as series definitions have it; `undefined` for another word. Source: netdrms 1.4, 2.11. */
export function keywordClassOfWord(word: string): KeywordClass | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(KEYWORD_CLASS_CODES, lower) ? (lower as KeywordClass) : undefined; // a key of the table
}

/** The kind of slots of a class; `undefined` for a class without slots. Source: netdrms 1.4, 1.6. */
export function slotKindOf(keywordClass: KeywordClass): SlotKind | undefined {
  switch (keywordClass) {
    case "ts_eq":
    case "ts_slot":
    case "slot":
    case "carr":
      return keywordClass;
    case "variable":
    case "constant":
    case "index":
    case "enum":
      return undefined;
    default:
      return keywordClass satisfies never;
  }
}

/** Whether keywords of the class have a companion `K_index` that holds the slot. Source: netdrms 1.6. */
export function isSlotted(keywordClass: KeywordClass): boolean {
  return slotKindOf(keywordClass) !== undefined;
}
