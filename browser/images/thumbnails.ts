/** How often a thumbnail is asked for again, and after how long at first, milliseconds; each time twice as long. */
const TRIES = 5;
const FIRST_WAIT_MS = 800;

/**
 * Asks again for thumbnails that did not come: a strip may ask for more at a time than a server gives one client, and a server may be away
 * for a while. What is refused for good stays empty; its link leads to the reason.
 */
export function retryThumbnails(strip: ParentNode): void {
  for (const image of strip.querySelectorAll("img")) {
    let tries = 0;
    const again = (): void => {
      if (++tries > TRIES) return;
      const address = image.src;
      setTimeout(
        () => {
          // The same address again is asked for only after another one.
          image.removeAttribute("src");
          image.src = address;
        },
        FIRST_WAIT_MS * 2 ** (tries - 1),
      );
    };
    image.addEventListener("error", again);
  }
}
