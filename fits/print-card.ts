import { DasError } from "../errors/das-error.js";
import { CARD_BYTES, type CommentaryCard, type ValueCard } from "./card.js";
import type { FitsValue } from "./card-value.js";
import { printValue } from "./print-value.js";

/** Characters of a commentary card behind its keyword. */
const COMMENTARY_WIDTH = 72;
/** Between the quotes of a card of fixed form: columns 12 to 79. */
const STRING_WIDTH = 68;

/** Keywords of which a card with a value would be read as something else. */
const NO_VALUE: ReadonlySet<string> = new Set(["END", "COMMENT", "HISTORY", "CONTINUE", "HIERARCH"]);

/** How a value is placed in its card. */
export interface CardForm {
  /** Column (from 0, in the whole card) of the slash before the comment, kept where the value leaves room; 31 otherwise. */
  readonly slash?: number;
  /** Whether a number begins in column 11 rather than ends in column 30: free format. */
  readonly free?: boolean;
  /** Whether the keyword stands behind `HIERARCH`; by default where it must. */
  readonly hierarch?: boolean;
}

/**
 * A value card in fixed format: numbers and logical values end in column 30, strings begin in column 11 and are continued on
 * CONTINUE cards where they do not fit. A keyword that is not eight characters of `A-Z 0-9 - _` becomes a HIERARCH card. The
 * comment is cut to what fits.
 *
 * Errors: BAD_FITS_HEADER for a character outside the printable ones, a keyword or a value that no card can hold.
 * Source: FITS 4.0, 4.1.2, 4.2; netdrms-export A5, A6.
 */
export function valueCard(keyword: string, value: FitsValue, comment = "", form: CardForm = {}): ValueCard {
  checkText(keyword, comment);
  checkText(keyword, printable(value));
  const hierarch = form.hierarch ?? !/^[A-Z0-9_-]{1,8}$/.test(keyword);
  if (NO_VALUE.has(keyword))
    throw new DasError("BAD_FITS_HEADER", `${keyword} with a value, expected a keyword that may have one`);
  if (hierarch && (!/^[!-<>-~]+(?: [!-<>-~]+)*$/.test(keyword) || keyword.length > 60))
    throw new DasError("BAD_FITS_HEADER", `keyword "${keyword.slice(0, 80)}", expected words without "="`);
  const start = hierarch ? `HIERARCH ${keyword} = ` : `${keyword.padEnd(8)}= `;
  const lines = cardLines(start, hierarch, value, comment, form);
  return { kind: "value", keyword, hierarch, value, comment, lines };
}

function printable(value: FitsValue): string {
  return value.kind === "string" ? value.value : printValue(value);
}

function cardLines(
  start: string,
  hierarch: boolean,
  value: FitsValue,
  comment: string,
  form: CardForm,
): string[] {
  const text = printValue(value);
  if (start.length + text.length > CARD_BYTES) {
    if (value.kind === "string") return longStringLines(start, value.value, comment);
    throw new DasError("BAD_FITS_HEADER", `${start.trim()} has a value of ${text.length} characters`);
  }
  const isText = value.kind === "string" || value.kind === "complex";
  const left = isText || form.free === true;
  const body = start + (hierarch ? text : left ? text.padEnd(20) : text.padStart(20));
  // An invalid text may hold a slash of its own.
  if (comment === "" || value.kind === "invalid") return [body.slice(0, CARD_BYTES).padEnd(CARD_BYTES)];
  return [withComment(body, comment, hierarch ? 0 : (form.slash ?? 31))];
}

function withComment(body: string, comment: string, slash: number): string {
  // Comments that do not fit into the wished column move; those that would stand beyond the card are left off.
  const room = body.trimEnd().length + 1;
  const wished = slash + 2 < CARD_BYTES ? Math.max(slash, room) : room;
  return `${body.trimEnd().padEnd(wished)}/ ${comment}`.slice(0, CARD_BYTES).padEnd(CARD_BYTES);
}

/** The long-string convention: every piece but the last ends in `&`; no piece ends between two quotes that stand for one. */
function longStringLines(start: string, text: string, comment: string): string[] {
  const lines: string[] = [];
  let rest = text.replaceAll("'", "''");
  let prefix = start;
  for (;;) {
    const width = STRING_WIDTH + 10 - prefix.length;
    // A text that ends in "&" itself is continued by an empty piece, else it would seem to go on.
    if (rest.length <= width && !(rest.endsWith("&") && rest.length === width)) break;
    const cut = cutPlace(rest, width - 1);
    lines.push(`${prefix}'${rest.slice(0, cut)}&'`.padEnd(CARD_BYTES));
    rest = rest.slice(cut);
    prefix = "CONTINUE  ";
  }
  const last = `${prefix}'${rest.padEnd(8)}'`;
  lines.push(comment === "" ? last.padEnd(CARD_BYTES) : withComment(last, comment, 31));
  return lines;
}

function cutPlace(quotedText: string, most: number): number {
  let quotes = 0;
  while (quotes < most && quotedText[most - 1 - quotes] === "'") quotes++;
  return quotes % 2 === 0 ? most : most - 1;
}

/** COMMENT, HISTORY or blank cards: the text split at line ends, then into pieces of 72 characters; an empty text gives none. */
export function commentaryCards(keyword: string, text: string): CommentaryCard[] {
  if (!/^[A-Z0-9_-]{0,8}$/.test(keyword))
    throw new DasError("BAD_FITS_HEADER", `"${keyword.slice(0, 80)}" as the keyword of a comment`);
  if (text === "") return [];
  const cards: CommentaryCard[] = [];
  for (const line of text.split("\n")) {
    checkText(keyword, line);
    for (let at = 0; at === 0 || at < line.length; at += COMMENTARY_WIDTH) {
      const piece = line.slice(at, at + COMMENTARY_WIDTH);
      const whole = (keyword.padEnd(8) + piece).padEnd(CARD_BYTES);
      cards.push({ kind: "commentary", keyword, text: piece.trimEnd(), lines: [whole] });
    }
  }
  return cards;
}

/** The same card with another value; comment, its column, free format and the exponent letter `D` stay. */
export function withValue(card: ValueCard, value: FitsValue, comment = card.comment): ValueCard {
  const before = card.value;
  const inD = before.kind === "real" && /[Dd]/.test(before.text ?? "");
  const written =
    inD && value.kind === "real" ? { ...value, text: printValue(value).replace("E", "D") } : value;
  const slash = slashColumn(card);
  // Fixed format has a number or a letter in column 30 and a blank in column 11.
  const free = /^.{8}= [^' ]/.test(card.lines[0] ?? "") && printValue(before).length < 20;
  const form = { free, hierarch: card.hierarch };
  return valueCard(card.keyword, written, comment, slash === undefined ? form : { ...form, slash });
}

/** Column of the slash in a card of one line, outside of quotes. */
function slashColumn({ hierarch, lines, comment }: ValueCard): number | undefined {
  const [line] = lines;
  if (hierarch || lines.length !== 1 || comment === "" || line === undefined) return undefined;
  let inside = false;
  for (let i = 10; i < line.length; i++) {
    if (line[i] === "'") inside = !inside;
    else if (line[i] === "/" && !inside) return i;
  }
  return undefined;
}

/** Bytes 0xA0 to 0xFF are no FITS text, but stand in comments of the archives and are kept. */
function checkText(keyword: string, text: string): void {
  const bad = /[^\x20-\x7e\xa0-\xff]/.exec(text);
  if (bad !== null)
    throw new DasError(
      "BAD_FITS_HEADER",
      `${keyword.slice(0, 80)}: character U+${bad[0].codePointAt(0)!.toString(16).padStart(4, "0")}, expected printable ASCII`,
    );
}
