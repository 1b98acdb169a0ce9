import { milliseconds } from "./image-data.js";
import type { ImageViewer } from "./image-viewer.js";
import { aheadOf, playPlace } from "./play-clock.js";

/** Pictures that are loaded ahead, and how many of them at a time. */
const AHEAD = 12;
const AT_ONCE = 4;
/** Where people want little motion, it begins slowly. */
const CALM_SPEED = "1";

/** Plays the images of a strip by the clock; buttons, a slider and keys. */
export class Player {
  readonly #viewer: ImageViewer;
  readonly #count: number;
  readonly #play: HTMLButtonElement;
  readonly #slider: HTMLInputElement;
  readonly #speed: HTMLSelectElement;
  readonly #loop: HTMLInputElement;
  #at: number;
  /** While playing: from which frame, and since when (ms). */
  #since: { readonly from: number; readonly ms: number } | undefined;
  #drawn = -1;

  constructor(root: HTMLElement, viewer: ImageViewer) {
    this.#viewer = viewer;
    const { frames, chosen } = viewer.data;
    this.#count = frames.length;
    const time = milliseconds(chosen.time);
    this.#at = Math.max(
      0,
      frames.findLastIndex((frame) => milliseconds(frame.time) <= time),
    );
    const find = <E extends HTMLElement>(id: string) => root.querySelector<E>(`#${id}`)!;
    this.#play = find("play");
    this.#slider = find("slider");
    this.#speed = find("speed");
    this.#loop = find("loop");
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.#speed.value = CALM_SPEED;
    this.#place(this.#at);
    this.#play.addEventListener("click", () => this.toggle());
    find("first").addEventListener("click", () => this.go(0));
    find("back").addEventListener("click", () => this.go(this.#at - 1));
    find("forward").addEventListener("click", () => this.go(this.#at + 1));
    find("last").addEventListener("click", () => this.go(this.#count - 1));
    this.#slider.addEventListener("input", () => this.go(Number(this.#slider.value)));
    this.#speed.addEventListener("change", () => this.#restart());
    this.#loop.addEventListener("change", () => this.#restart());
    root.hidden = this.#count < 2;
  }

  get isPlaying(): boolean {
    return this.#since !== undefined;
  }

  /** Stops and shows a frame; numbers beyond the ends are those of the ends. */
  go(at: number): void {
    this.#stop();
    const frame = this.#viewer.data.frames[Math.min(Math.max(0, at), this.#count - 1)];
    if (frame === undefined) return;
    this.#place(this.#viewer.data.frames.indexOf(frame));
    void this.#viewer.show(frame);
    this.#load(this.#at);
  }

  /** Plays or pauses; at the end it begins anew. */
  toggle(): void {
    if (this.isPlaying) {
      this.#stop();
      this.#viewer.settle();
      return;
    }
    if (this.#count < 2) return;
    this.#since = { from: this.#at >= this.#count - 1 ? 0 : this.#at, ms: performance.now() };
    this.#say("Pause");
    requestAnimationFrame((ms) => this.#tick(ms));
  }

  /** What a key means; `false`: nothing. */
  key(key: string): boolean {
    const steps: Readonly<Record<string, () => void>> = {
      " ": () => this.toggle(),
      k: () => this.toggle(),
      ArrowLeft: () => this.go(this.#at - 1),
      ArrowRight: () => this.go(this.#at + 1),
      Home: () => this.go(0),
      End: () => this.go(this.#count - 1),
    };
    const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
    step?.();
    return step !== undefined;
  }

  #tick(ms: number): void {
    if (this.#since === undefined) return;
    const { from, ms: began } = this.#since;
    const speed = Number(this.#speed.value);
    const { frames } = this.#viewer.data;
    const place = playPlace(from, Math.max(0, ms - began), speed, this.#count, this.#loop.checked);
    this.#load(place.at);
    if (place.at !== this.#drawn) {
      const frame = frames[place.at]!;
      if (this.#viewer.showReady(frame)) {
        this.#drawn = place.at;
        this.#place(place.at);
      } else if (this.#viewer.store.hasFailed(this.#viewer.url(frame))) this.#viewer.tellOutage(frame);
    }
    // The last one is waited for: playing ends with it.
    const last = frames[this.#count - 1]!;
    const isDone = this.#drawn === this.#count - 1 || this.#viewer.store.hasFailed(this.#viewer.url(last));
    if (place.isOver && isDone) {
      this.#stop();
      this.#place(this.#count - 1);
      void this.#viewer.show(last);
      return;
    }
    requestAnimationFrame((next) => this.#tick(next));
  }

  /** Loads what comes next, the nearest first, a few at a time. */
  #load(at: number): void {
    const { store, data } = this.#viewer;
    let under = store.loading;
    for (const n of aheadOf(at, this.#count, this.#loop.checked, AHEAD)) {
      if (under >= AT_ONCE) return;
      const url = this.#viewer.url(data.frames[n]!);
      if (store.ready(url) !== undefined || store.hasFailed(url)) continue;
      void store.load(url);
      under = store.loading;
    }
  }

  /** Goes on from here by another speed. */
  #restart(): void {
    if (this.#since !== undefined) this.#since = { from: this.#at, ms: performance.now() };
  }

  #stop(): void {
    this.#since = undefined;
    this.#drawn = -1;
    this.#say("Play");
  }

  #say(text: "Play" | "Pause"): void {
    this.#play.textContent = text;
    this.#play.setAttribute("aria-label", text);
  }

  #place(at: number): void {
    this.#at = at;
    this.#slider.value = String(at);
    this.#slider.setAttribute(
      "aria-valuetext",
      `${at + 1} of ${this.#count}, ${this.#viewer.data.frames[at]?.time ?? ""}`,
    );
  }
}
