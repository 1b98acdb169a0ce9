import type { FitsValue } from "../../fits/card-value.js";
import type { Keyword } from "../series/model.js";
import { type DrmsValue, isMissing } from "../values/drms-type.js";
import { cardValue } from "./card-value.js";
import { cardText } from "./export-text.js";
import {
  describedKeyword,
  fitsNames,
  type NameTreatment,
  type NamingChoice,
  nameTreatment,
} from "./fits-name.js";
import { type KeywordDescription, readDescription } from "./keyword-description.js";

/** A keyword of the record that is exported. */
export interface ExportKeyword {
  /** As the exporting series has it. */
  readonly keyword: Keyword;
  /** Whose type, format and unit count: at the end of its links. */
  readonly source: Keyword;
  /** `undefined` where its links lead to no record. */
  readonly value: DrmsValue | undefined;
}

/** A card of the exported header: with a value, or the lines of COMMENT or HISTORY. */
export type ExportCard =
  | {
      readonly kind: "value";
      readonly name: string;
      /** `{ kind: "undefined" }` where the value is missing. */
      readonly value: FitsValue;
      readonly comment: string;
    }
  | { readonly kind: "commentary"; readonly name: string; readonly text: string };

/** The cards of a record, and what was left out of them. */
export interface ExportCards {
  readonly cards: readonly ExportCard[];
  /** One line each, naming the keyword. */
  readonly warnings: readonly string[];
}

/**
 * The cards that the keywords of a record give, in the order of the keywords. Implicit keywords give none, structural ones are the
 * image's own; of two with one FITS name the first keeps it and the other tries its further names.
 *
 * @param keywords in rank order; of per-segment ones those of other segments are left out
 * @param segment number of the exported segment
 * Source: export A3, A5, A6.
 */
export function keywordCards(
  keywords: readonly ExportKeyword[],
  segment: number | undefined,
  choice: NamingChoice = {},
): ExportCards {
  const maker = new CardMaker(choice);
  for (const one of keywords)
    if (!one.keyword.implicit && (one.keyword.segment ?? segment) === segment) maker.add(one);
  return { cards: maker.cards, warnings: maker.warnings };
}

class CardMaker {
  readonly cards: ExportCard[] = [];
  readonly warnings: string[] = [];
  readonly #choice: NamingChoice;
  readonly #taken = new Set<string>();

  constructor(choice: NamingChoice) {
    this.#choice = choice;
  }

  add({ keyword: own, source, value }: ExportKeyword): void {
    const keyword = describedKeyword(own, source);
    const treatment = nameTreatment(keyword.name);
    if (treatment === "structural") return;
    if (value === undefined) this.#warn(keyword, "its link leads to no record");
    else if (treatment === "commentary") this.#commentary(keyword, source, value);
    else this.#value(keyword, source, value, treatment);
  }

  #value(keyword: Keyword, source: Keyword, value: DrmsValue, treatment: NameTreatment): void {
    const name = this.#name(keyword, treatment);
    if (name === undefined) return;
    const how = treatment === "plain" ? nameTreatment(name) : treatment;
    const card = this.#valueCard(name, how, keyword, source, value);
    if (card === undefined) return;
    this.#taken.add(name);
    this.cards.push(card);
  }

  /** The first name that no other keyword has; a name that says how the image is stored is no name for a keyword. */
  #name(keyword: Keyword, treatment: NameTreatment): string | undefined {
    const names =
      treatment === "coordinate" ? [keyword.name.toUpperCase()] : fitsNames(keyword, this.#choice);
    const usable = names.filter((name) => {
      const how = nameTreatment(name);
      return how !== "structural" && how !== "commentary";
    });
    const name = usable.find((candidate) => !this.#taken.has(candidate));
    if (name !== undefined) return name;
    this.#warn(
      keyword,
      usable[0] === undefined
        ? "it has no name that a card can have"
        : `another keyword has the FITS name ${usable[0]}`,
    );
    return undefined;
  }

  #valueCard(
    name: string,
    treatment: NameTreatment,
    keyword: Keyword,
    source: Keyword,
    value: DrmsValue,
  ): ExportCard | undefined {
    const description = readDescription(keyword.description);
    const missing = isMissing(source.type, value);
    if (treatment === "date") {
      if (source.type !== "time" || source.unit.trim().toUpperCase() !== "ISO") {
        this.#warn(keyword, `${name} must be a time of the zone ISO`);
        return undefined;
      }
      if (name === "DATE" && missing) return undefined;
    }
    if (treatment === "coordinate") {
      if (source.type !== "float" && source.type !== "double") {
        this.#warn(keyword, `${name} is of type ${source.type}, expected float or double`);
        return undefined;
      }
      const given = cardValue(source, value);
      const standsFor: FitsValue = { kind: "real", value: name.startsWith("CDELT") ? 1 : 0 };
      return this.#card(name, given ?? standsFor, keyword, source, description);
    }
    return this.#card(name, cardValue(source, value, description.cast), keyword, source, description);
  }

  #card(
    name: string,
    value: FitsValue | undefined,
    keyword: Keyword,
    source: Keyword,
    description: KeywordDescription,
  ): ExportCard {
    const comment = this.#clean(
      keyword,
      cardComment(name, keyword.name, source.unit, description.shortText, value === undefined),
    );
    if (value === undefined) return { kind: "value", name, value: { kind: "undefined" }, comment };
    const held: FitsValue =
      value.kind === "string" ? { kind: "string", value: this.#clean(keyword, value.value) } : value;
    return { kind: "value", name, value: held, comment };
  }

  #commentary(keyword: Keyword, source: Keyword, value: DrmsValue): void {
    if (source.type !== "string") {
      this.#warn(keyword, `is of type ${source.type}, expected string`);
      return;
    }
    const lines = String(value)
      .split(/\r?\n/)
      .map((line) => this.#clean(keyword, line));
    const text = lines.join("\n").replace(/\n+$/, "");
    if (text !== "") this.cards.push({ kind: "commentary", name: keyword.name.toUpperCase(), text });
  }

  #clean(keyword: Keyword, text: string): string {
    const { text: kept, dropped } = cardText(text);
    if (dropped) this.#warn(keyword, "characters that no card can hold were left out");
    return kept;
  }

  #warn(keyword: Keyword, what: string): void {
    this.warnings.push(`${keyword.name}: ${what}`);
  }
}

/** `[<unit>] (MISSING) <text> {<DRMS name>}`; each part only where it has something to say. Source: export A6. */
function cardComment(
  fitsName: string,
  drmsName: string,
  unit: string,
  text: string,
  missing: boolean,
): string {
  const shown = unit.trim();
  const parts = [
    /^(?:|none|na|n\/a)$/i.test(shown) ? "" : `[${shown}]`,
    missing ? "(MISSING)" : "",
    text,
    text !== "" && drmsName.toUpperCase() !== fitsName ? `{${drmsName}}` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}
