/** Makes each word that a reader knows a switch that puts it into the field of the parameters, or takes it out. */
export function offerWords(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>('input[name="params"]');
  if (field === null) return;
  const buttons: (() => void)[] = [];
  for (const code of form.parentElement?.querySelectorAll<HTMLElement>("dl.words code") ?? []) {
    const words = wordsOf(code.textContent ?? "");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "word";
    const show = () => button.setAttribute("aria-pressed", String(hasAll(field.value, words)));
    button.addEventListener("click", () => {
      const given = wordsOf(field.value);
      const rest = given.filter((word) => !words.includes(word));
      field.value = (hasAll(field.value, words) ? rest : [...rest, ...words]).join(" ");
      for (const each of buttons) each();
    });
    code.replaceWith(button);
    button.append(code);
    buttons.push(show);
    show();
  }
  field.addEventListener("input", () => {
    for (const show of buttons) show();
  });
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function hasAll(text: string, words: readonly string[]): boolean {
  const given = wordsOf(text);
  return words.every((word) => given.includes(word));
}
