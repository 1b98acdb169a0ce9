/** An object of a JSON document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object; `undefined` for anything else, lists included. */
export function jsonObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject) // an object of a document has only members
    : undefined;
}

/** The object that a text is; `undefined` for any other text. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    return jsonObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Follows `{"$ref": "#/definitions/NAME"}` once, which is all that is allowed. Source: HAPI 3.3, section 3.6.14. */
export class References {
  readonly #definitions: JsonObject;

  constructor(document: JsonObject) {
    this.#definitions = jsonObject(document.definitions) ?? {};
  }

  /** A member of an object; nothing of its prototype. */
  get(object: JsonObject, name: string): unknown {
    return Object.hasOwn(object, name) ? this.follow(object[name]) : undefined;
  }

  /** The value, or what it refers to. */
  follow(value: unknown): unknown {
    const ref = jsonObject(value)?.$ref;
    if (typeof ref !== "string") return value;
    const name = /^#\/definitions\/([^/]+)$/.exec(ref)?.[1];
    return name !== undefined && Object.hasOwn(this.#definitions, name) ? this.#definitions[name] : undefined;
  }
}
