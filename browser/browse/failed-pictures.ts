/** Characters of a message that are shown. */
const MOST_CHARACTERS = 400;

/** Says in the place of each picture of data that cannot be had why it is not there, and the request that was asked about it. */
export function explainPictures(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>("a.picture[data-story]")) {
    const image = place.querySelector("img");
    if (image === null) continue;
    // It may have failed before this script ran.
    if (image.complete && image.currentSrc !== "" && image.naturalWidth === 0) void explain(place, image);
    else image.addEventListener("error", () => void explain(place, image), { once: true });
  }
}

/** An image does not tell what came instead of it, so its address is asked once more. */
async function explain(place: HTMLElement, image: HTMLImageElement): Promise<void> {
  const note = document.createElement("p");
  note.className = "nothing bad";
  note.setAttribute("role", "status");
  place.replaceWith(note);
  try {
    const answer = await fetch(image.currentSrc);
    if (answer.ok) {
      await answer.body?.cancel();
      note.replaceWith(place); // it was a passing trouble
      image.src = image.currentSrc;
      return;
    }
    note.append(`No plot of the example: ${await reasonOf(answer)}`);
    const id = answer.headers.get("X-Request-Id");
    if (id !== null) note.append(document.createElement("br"), "Request ", storyLink(place, id));
  } catch {
    note.append("No plot of the example: the server does not answer.");
  }
}

/** What the server says in plain text, else its status. */
async function reasonOf(answer: Response): Promise<string> {
  const isText = answer.headers.get("Content-Type")?.startsWith("text/plain") === true;
  const text = isText ? (await answer.text()).trim().slice(0, MOST_CHARACTERS) : "";
  return text === "" ? `status ${answer.status}` : text;
}

function storyLink({ dataset }: HTMLElement, id: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = `${dataset.story ?? ""}${encodeURIComponent(id)}`;
  link.textContent = id;
  return link;
}
