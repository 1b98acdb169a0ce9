import { copiesOf, otherPage } from "./other-page.js";

/** How long nothing more has to be typed, ms: shorter than a pause, longer than between two letters. */
const PAUSE_MS = 120;

/**
 * Shows what the form finds while somebody types: its own page is asked for, and the list taken from it, so that what is shown is what
 * the server shows without a script. The newest question alone is answered; where the server does not answer, the form is still there.
 */
export function searchAsTyped(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>('input[name="find"]');
  const list = document.querySelector<HTMLElement>("#found");
  const count = document.querySelector<HTMLElement>("#count");
  if (input === null || list === null || count === null) return;
  let shown = input.value.trim();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | undefined;

  const show = (found: readonly Node[], text: string): void => {
    list.replaceChildren(...found);
    count.textContent = text;
    const browse = document.querySelector<HTMLElement>("#browse");
    if (browse !== null) browse.hidden = shown !== "";
  };

  const find = async (): Promise<void> => {
    const text = input.value.trim();
    if (text === shown) return;
    shown = text;
    asked?.abort();
    const url = new URL(form.action);
    if (text !== "") url.searchParams.set("find", text);
    if (text === "") {
      asked = undefined;
      // A page that shows what was found has nothing else.
      if (document.querySelector("#browse") === null) location.assign(url);
      else {
        show([], "");
        history.replaceState(null, "", home);
      }
      return;
    }
    const mine = new AbortController();
    asked = mine;
    try {
      const page = await otherPage(url.href, mine.signal);
      if (asked !== mine) return;
      show(copiesOf(page.querySelector("#found")), page.querySelector("#count")?.textContent ?? "");
      history.replaceState(null, "", url);
    } catch {
      if (asked === mine) show([], "The server does not answer. Try again in a moment.");
    }
  };

  // Where this page stands without a search.
  const home = location.search.includes("find=") ? form.action : location.href;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void find(), PAUSE_MS);
  };
  input.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    void find().then(() => firstLink(list)?.focus());
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value !== "") {
      event.preventDefault();
      input.value = "";
      soon();
    } else if (event.key === "ArrowDown" && firstLink(list) !== undefined) {
      event.preventDefault();
      firstLink(list)?.focus();
    }
  });
  list.addEventListener("keydown", (event) => walk(event, list, input));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  // A browser that comes back to the page fills in what was typed.
  if (input.value.trim() !== new URL(location.href).searchParams.get("find")) soon();
}

function linksOf(list: HTMLElement): readonly HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("a")];
}

function firstLink(list: HTMLElement): HTMLElement | undefined {
  return linksOf(list)[0];
}

/** Arrows lead through what was found, and from the first of it back to the field. */
function walk(event: KeyboardEvent, list: HTMLElement, input: HTMLInputElement): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const links = linksOf(list);
  const at = links.findIndex((link) => link.matches(":focus"));
  if (at < 0) return;
  event.preventDefault();
  (links[at + step] ?? (step < 0 ? input : links[at]))?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}
