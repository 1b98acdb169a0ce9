import { copiesOf, otherPage } from "./other-page.js";

/** Puts the members of a folder that was left to its own page into the tree when it is opened; the link to that page stays behind them. */
export function openFolders(root: ParentNode): void {
  for (const folder of root.querySelectorAll<HTMLDetailsElement>("details[data-folder]"))
    folder.addEventListener("toggle", () => void open(folder));
}

async function open(folder: HTMLDetailsElement): Promise<void> {
  const href = folder.dataset.folder;
  if (!folder.open || href === undefined) return;
  delete folder.dataset.folder;
  folder.setAttribute("aria-busy", "true");
  try {
    const page = await otherPage(href);
    const lists = [...page.querySelectorAll("#browse > .tree")].flatMap(copiesOf);
    const pages = copiesOf(page.querySelector("#browse > nav.pages"));
    const list = document.createElement("ul");
    list.append(...lists);
    openFolders(list);
    const rest = folder.querySelector<HTMLElement>(":scope > p.more");
    rest?.before(list);
    // All of it is here, but for what the page of the folder has on further pages.
    if (pages.length === 0) rest?.remove();
  } catch {
    // The link is there.
    folder.dataset.folder = href;
  } finally {
    folder.removeAttribute("aria-busy");
  }
}
