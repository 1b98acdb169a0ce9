import { readImageData } from "../images/image-data.js";
import { ImageViewer } from "../images/image-viewer.js";
import { Player } from "../images/player.js";
import { retryThumbnails } from "../images/thumbnails.js";

/** Elements that have a use of their own for a key. */
const WITH_KEYS = "input, select, textarea, [contenteditable]";

const root = document.querySelector<HTMLElement>("#viewer");
if (root !== null) {
  const viewer = new ImageViewer(root, readImageData(root));
  const player = new Player(root.querySelector<HTMLElement>("#player")!, viewer);
  root.querySelector<HTMLElement>("#neighbours")!.hidden = true;
  root.querySelector<HTMLElement>("#keys")!.hidden = false;

  const strip = document.querySelector("#strip");
  if (strip !== null) retryThumbnails(strip);
  strip?.addEventListener("click", (event) => {
    // Another window or a download is what the link itself is for.
    if (event.target instanceof Element === false || isModified(event as MouseEvent)) return;
    const item = event.target.closest("li");
    if (item === null) return;
    event.preventDefault();
    player.go([...item.parentElement!.children].indexOf(item));
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.matches(WITH_KEYS)) return;
    // A key that presses what has the focus, or scrolls it.
    if (event.key === " " && target.closest("button, a, summary") !== null) return;
    if (target.closest(".cards") !== null) return;
    if (player.key(event.key)) event.preventDefault();
  });
}

function isModified({ ctrlKey, metaKey, shiftKey, altKey, button }: MouseEvent): boolean {
  return ctrlKey || metaKey || shiftKey || altKey || button !== 0;
}
