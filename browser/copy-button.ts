/** How long a button says that it has copied, ms. */
const SAYS_MS = 2000;

/**
 * Gives every `pre` with `data-copy` a button that copies its text; `data-copy` is what the button is called for those who do not see it.
 * Where the browser gives no clipboard (a page that came by plain HTTP from another host), the text is selected instead.
 */
export function addCopyButtons(root: ParentNode): void {
  for (const block of root.querySelectorAll<HTMLElement>("pre[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", block.dataset.copy || "Copy");
    button.addEventListener("click", () => void copyText(block, button));
    const around = document.createElement("div");
    around.className = "copyable";
    block.replaceWith(around);
    around.append(block, button);
  }
}

async function copyText(block: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const text = block.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(block);
    button.textContent = "Selected";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, SAYS_MS);
}
