import { type FitsValue, parseValueField } from "./card-value.js";

/** Bytes of a card. */
export const CARD_BYTES = 80;

/**
 * One card, with the CONTINUE cards that belong to it. `lines` are the cards themselves, 80 characters each (one character a
 * byte), so that what is not edited is written as it was read.
 */
export type Card = ValueCard | CommentaryCard;

/** A keyword with a value. */
export interface ValueCard {
  readonly kind: "value";
  /** Without blanks at its end; for a HIERARCH card the words between `HIERARCH` and `=`. */
  readonly keyword: string;
  readonly hierarch: boolean;
  readonly value: FitsValue;
  readonly comment: string;
  readonly lines: readonly string[];
}

/** COMMENT, HISTORY, a blank keyword, and every card without a value indicator. */
export interface CommentaryCard {
  readonly kind: "commentary";
  /** Empty for a blank keyword. */
  readonly keyword: string;
  /** Columns 9 to 80 without blanks at the end. */
  readonly text: string;
  readonly lines: readonly string[];
}

/** Cards out of lines of 80 characters; CONTINUE cards join the string they continue. Source: FITS 4.0, 4.1, 4.2.1.2. */
export function readCards(lines: readonly string[]): Card[] {
  const cards: Card[] = [];
  for (let i = 0; i < lines.length; ) {
    const card = readCard(lines[i]!);
    const joined = continues(card) ? joinContinued(card, lines, i + 1) : card;
    cards.push(joined);
    i += joined.lines.length;
  }
  return cards;
}

function readCard(line: string): Card {
  const keyword = line.slice(0, 8).trimEnd();
  if (keyword === "HIERARCH") {
    const equals = line.indexOf("=", 9);
    if (line[8] === " " && equals > 0) {
      const { value, comment } = parseValueField(line.slice(equals + 1));
      const name = line.slice(9, equals).trim();
      if (name !== "") return { kind: "value", keyword: name, hierarch: true, value, comment, lines: [line] };
    }
  }
  if (line.slice(8, 10) !== "= " || keyword === "COMMENT" || keyword === "HISTORY" || keyword === "")
    return { kind: "commentary", keyword, text: line.slice(8).trimEnd(), lines: [line] };
  const { value, comment } = parseValueField(line.slice(10));
  return { kind: "value", keyword, hierarch: false, value, comment, lines: [line] };
}

function continues(card: Card): card is ValueCard {
  return card.kind === "value" && card.value.kind === "string" && card.value.value.endsWith("&");
}

function joinContinued(card: ValueCard, lines: readonly string[], next: number): ValueCard {
  const own = [...card.lines];
  const pieces = [(card.value as { value: string }).value]; // `continues` looked at the kind
  const comments = [card.comment];
  for (let i = next; i < lines.length && pieces.at(-1)!.endsWith("&"); i++) {
    const line = lines[i]!;
    if (!line.startsWith("CONTINUE  ")) break;
    const { value, comment } = parseValueField(line.slice(10));
    if (value.kind !== "string") break;
    pieces[pieces.length - 1] = pieces.at(-1)!.slice(0, -1);
    pieces.push(value.value);
    comments.push(comment);
    own.push(line);
  }
  return {
    ...card,
    value: { kind: "string", value: pieces.join("") },
    comment: comments.join(""),
    lines: own,
  };
}
