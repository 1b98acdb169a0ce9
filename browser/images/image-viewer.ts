import { HeaderCards } from "./header-cards.js";
import { type Frame, type ImageData, readableTime } from "./image-data.js";
import { troubleOf, untilBack } from "./outage.js";
import { PictureStore } from "./picture-store.js";

/** Sides of pictures that are asked for: the server makes few different ones, and keeps them. */
const SMALL = 512;
const LARGE = 1024;

/** The large picture with all that follows it: time, record, header, links, place in the strip, address of the page. */
export class ImageViewer {
  readonly data: ImageData;
  readonly store = new PictureStore();
  readonly #picture: HTMLElement;
  readonly #trouble: HTMLElement;
  readonly #time: HTMLTimeElement;
  readonly #record: HTMLElement;
  readonly #links: readonly HTMLAnchorElement[];
  readonly #items: readonly HTMLAnchorElement[];
  readonly #cards: HeaderCards;
  #shown: Frame;
  #wanted: Frame;
  #outage: AbortController | undefined;

  constructor(viewer: HTMLElement, data: ImageData) {
    this.data = data;
    this.#shown = data.chosen;
    this.#wanted = data.chosen;
    this.#picture = viewer.querySelector<HTMLElement>("#picture")!;
    this.#trouble = viewer.querySelector<HTMLElement>("#trouble")!;
    this.#time = viewer.querySelector<HTMLTimeElement>("#time")!;
    this.#record = viewer.querySelector<HTMLElement>("#record")!;
    this.#links = [...viewer.querySelectorAll<HTMLAnchorElement>("#files a")];
    this.#items = [...document.querySelectorAll<HTMLAnchorElement>("#strip a")];
    this.#cards = new HeaderCards(document);
    this.#mark(data.chosen);
    const image = this.#picture.querySelector("img");
    // The picture of the server may have failed before this script ran.
    if (image?.complete && image.naturalWidth === 0) void this.#fail(data.chosen);
    else image?.addEventListener("error", () => void this.#fail(data.chosen), { once: true });
  }

  /** The address of a picture, of the size that the screen can show. */
  url({ time, recnum }: Frame): string {
    const pixels = this.#picture.clientWidth * devicePixelRatio;
    const size = pixels > SMALL * 1.25 ? LARGE : SMALL;
    return `${this.data.pictures}&time=${time}&recnum=${recnum}&size=${size}`;
  }

  /** Shows a picture if it is there; says whether it is. */
  showReady(frame: Frame): boolean {
    const image = this.store.ready(this.url(frame));
    if (image === undefined) return false;
    this.#wanted = frame;
    this.#put(frame, image);
    return true;
  }

  /** Shows a picture as soon as it is there, unless another was asked for meanwhile; then what follows it. */
  async show(frame: Frame): Promise<void> {
    this.#wanted = frame;
    this.#mark(frame);
    const url = this.url(frame);
    const isReady = await this.store.load(url);
    if (this.#wanted !== frame) return;
    const image = this.store.ready(url);
    if (isReady && image !== undefined) {
      this.#put(frame, image);
      this.settle();
    } else await this.#fail(frame);
  }

  /** Lets header, links and address of the page follow the picture: not while it plays. */
  settle(): void {
    const { time, recnum } = this.#shown;
    history.replaceState(null, "", `${this.data.page}&time=${time}`);
    for (const link of this.#links) {
      if (link.pathname.includes("/quicklook/")) setWords(link, { time, recnum });
      else if (link.dataset.range === undefined) setWords(link, { start_time: time, end_time: after(time) });
    }
    void this.#cards.show(`${this.data.header}&time=${time}`).then((record) => {
      if (record !== undefined) this.#record.textContent = record;
    });
  }

  #put(frame: Frame, image: HTMLImageElement): void {
    this.#shown = frame;
    image.alt = `Image of ${readableTime(frame.time)}`;
    if (this.#picture.firstElementChild !== image) this.#picture.replaceChildren(image);
    this.#trouble.hidden = true;
    this.#say(frame);
    this.#mark(frame);
  }

  #say({ time }: Frame): void {
    this.#time.dateTime = `${time}Z`;
    this.#time.textContent = readableTime(time);
  }

  /** Marks the image in the strip and brings it into sight there, without moving the page. */
  #mark(frame: Frame): void {
    const at = this.data.frames.findIndex(({ recnum }) => recnum === frame.recnum);
    this.#items.forEach((item, n) => {
      if (n === at) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
    const item = this.#items[at];
    const strip = item?.closest("ol");
    if (item === undefined || strip === null || strip === undefined) return;
    const place = item.parentElement!.offsetLeft - strip.offsetLeft;
    if (place < strip.scrollLeft || place + item.offsetWidth > strip.scrollLeft + strip.clientWidth)
      strip.scrollLeft = place - (strip.clientWidth - item.offsetWidth) / 2;
  }

  /** Says why a picture is not there; where nobody answers, waits until somebody does. */
  async #fail(frame: Frame): Promise<void> {
    this.#outage?.abort();
    this.#outage = new AbortController();
    const { signal } = this.#outage;
    const url = this.url(frame);
    const trouble = await troubleOf(url, signal);
    if (signal.aborted || this.#wanted !== frame) return;
    if (trouble?.kind === "refused") {
      this.#shown = frame;
      this.#say(frame);
      this.#picture.replaceChildren();
      this.#tell(trouble.message);
      this.settle();
      return;
    }
    if (trouble?.kind === "away") {
      this.#tell("The server does not answer. Trying again …");
      await untilBack(url, signal);
    }
    this.store.forgetFailures();
    if (!signal.aborted && this.#wanted === frame) await this.show(frame);
  }

  #tell(message: string): void {
    this.#trouble.textContent = message;
    this.#trouble.hidden = false;
  }

  /** While a player passes over what is missing: says so where nothing comes any more, and looks whether it comes again. */
  tellOutage(frame: Frame): void {
    if (this.#outage !== undefined && !this.#outage.signal.aborted && !this.#trouble.hidden) return;
    this.#outage?.abort();
    this.#outage = new AbortController();
    const { signal } = this.#outage;
    void troubleOf(this.url(frame), signal).then(async (trouble) => {
      if (trouble?.kind === "away" && !signal.aborted) {
        this.#tell("The server does not answer. Trying again …");
        await untilBack(this.url(frame), signal);
        this.#trouble.hidden = true;
      }
      if (trouble?.kind !== "refused") this.store.forgetFailures();
      if (this.#outage?.signal === signal) this.#outage = undefined;
    });
  }
}

/** The time a microsecond later: the range of a file holds the time of one record alone. */
function after(time: string): string {
  const [whole = time, fraction = ""] = time.split(".");
  const us = Number(fraction.padEnd(6, "0").slice(0, 6)) + 1;
  if (us < 1_000_000) return `${whole}.${String(us).padStart(6, "0")}`;
  return new Date(Date.parse(`${whole}Z`) + 1000).toISOString().slice(0, 19);
}

function setWords(link: HTMLAnchorElement, words: Readonly<Record<string, string>>): void {
  const url = new URL(link.href);
  for (const [name, value] of Object.entries(words)) url.searchParams.set(name, value);
  link.href = url.href;
}
