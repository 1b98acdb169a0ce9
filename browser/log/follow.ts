import { readBatch } from "./batch.js";
import { LiveList } from "./live-list.js";

/** Puts a button at the place, by which new requests are shown there as they end. */
export function offerToFollow(place: HTMLElement): void {
  const url = place.dataset.follow;
  if (url === undefined) return;
  const button = document.createElement("button");
  button.type = "button";
  const status = document.createElement("span");
  status.className = "count";
  status.setAttribute("role", "status");
  place.append(button, " ", status);
  const list = new LiveList(place, status);
  let events: EventSource | undefined;

  const show = (isOn: boolean): void => {
    button.textContent = isOn ? "Stop" : "Follow";
    button.setAttribute("aria-pressed", String(isOn));
  };
  const stop = (): void => {
    events?.close();
    events = undefined;
    list.flush();
    show(false);
  };
  const start = (): void => {
    const opened = new EventSource(url);
    events = opened;
    show(true);
    status.textContent = "connecting";
    opened.addEventListener("open", () => list.tell("waiting for requests"));
    opened.addEventListener("requests", (event) => {
      const batch = readBatch(String(event.data));
      if (batch !== undefined) list.add(batch);
    });
    opened.addEventListener("error", () => {
      if (opened.readyState !== EventSource.CLOSED) {
        list.tell("the server is away; trying again");
        return;
      }
      stop();
      list.tell("cannot be followed here: load the page again");
    });
  };
  button.addEventListener("click", () => (events === undefined ? start() : stop()));
  // Nobody looks: the server need not tell, and what came meanwhile is on the page when it is loaded again.
  addEventListener("pagehide", stop);
  show(false);
}
