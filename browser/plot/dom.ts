/** What an element is made with besides its children. */
export interface NodeOptions {
  readonly class?: string;
  readonly text?: string;
  /** Attributes by name; `undefined` is left off. */
  readonly is?: Readonly<Record<string, string | undefined>>;
  readonly click?: (event: MouseEvent) => void;
}

/** Makes an element; text stays text, whatever it holds. */
export function node<K extends keyof HTMLElementTagNameMap>(
  name: K,
  options: NodeOptions = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  for (const [attribute, value] of Object.entries(options.is ?? {}))
    if (value !== undefined) made.setAttribute(attribute, value);
  const { click } = options;
  if (click !== undefined) made.onclick = click;
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that submits nothing. */
export function button(
  text: string,
  click: () => void,
  options: { readonly class?: string; readonly label?: string; readonly title?: string } = {},
): HTMLButtonElement {
  return node("button", {
    text,
    click,
    is: { type: "button", "aria-label": options.label, title: options.title ?? options.label },
    ...(options.class === undefined ? {} : { class: options.class }),
  });
}
