import { readsArchive } from "../../cache/freshness/followed.js";
import { databaseUrl } from "../../config/archive-settings.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import type { Site } from "../site.js";
import { ArchiveBell } from "./archive-bell.js";
import { Follower, type Subscriber } from "./follower.js";
import { type LiveSubject, subjectKey } from "./live-reading.js";

/** All live streams of a server. */
export class LiveRoom {
  readonly #site: Site;
  /** By {@link subjectKey}. */
  readonly #followers = new Map<string, Follower>();
  readonly #closing = new AbortController();
  #clients = 0;
  #bell: ArchiveBell | undefined;

  constructor(site: Site) {
    this.#site = site;
    site.closers.add(() => this.close());
  }

  /** Aborted when the server closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** How many clients there are. */
  get clients(): number {
    return this.#clients;
  }

  /** How many sources are followed, each set of parameters counted apart. */
  get followers(): number {
    for (const [key, { isOver }] of this.#followers) if (isOver) this.#followers.delete(key);
    return this.#followers.size;
  }

  /**
   * Counts a client in, until the result is called, once. Errors: OVERLOADED where there are as many as may be, STOPPED where the server
   * closes.
   */
  enter(): () => void {
    if (this.closing.aborted) throw closingError();
    if (this.#clients >= this.#site.config.liveClients)
      throw new DasError("OVERLOADED", "the server has as many live clients as it may have");
    this.#clients++;
    return () => {
      this.#clients--;
    };
  }

  /**
   * Gives a client what is new from now on; the result ends that, and resolves when nothing is left of what was run for it alone.
   * Errors: OVERLOADED where no more sources can be followed.
   */
  join(subject: LiveSubject, subscriber: Subscriber): () => Promise<void> {
    const follower = this.#followerOf(subject);
    follower.join(subscriber);
    return () => follower.leave(subscriber);
  }

  #followerOf(subject: LiveSubject): Follower {
    const { source } = subject;
    const key = subjectKey(subject);
    const known = this.#followers.get(key);
    if (known !== undefined && !known.isOver) return known;
    if (this.followers >= this.#site.config.liveStreams)
      throw new DasError("OVERLOADED", "the server follows as many sources as it may");
    const pollMs = (source.livePollSeconds ?? this.#site.config.livePoll) * 1000;
    const follower = new Follower(subject, this.#site, pollMs);
    this.#followers.set(key, follower);
    if (readsArchive(source)) this.#listen();
    return follower;
  }

  /** Has all sources looked at for what is new, or those of which it is true. */
  ring(wanted: (source: DataSource) => boolean = () => true): void {
    for (const follower of this.#followers.values()) if (wanted(follower.source)) follower.ring();
  }

  /** The archive tells when records come: then nobody waits for the next look. */
  #listen(): void {
    if (this.#bell !== undefined || !this.#site.resident) return;
    const url = databaseUrl(this.#site.config, "drms");
    if (url !== undefined) this.#bell = new ArchiveBell(url, () => this.ring(readsArchive));
  }

  /** Ends all clients, who are told that the server closes. */
  end(): void {
    this.#closing.abort(closingError());
    for (const follower of this.#followers.values()) follower.end(closingError());
  }

  async close(): Promise<void> {
    this.end();
    await this.#bell?.close();
  }
}

function closingError(): DasError {
  return new DasError("STOPPED", "The server is closing");
}

const rooms = new WeakMap<Site, LiveRoom>();

/** The live streams of a server, always the same. */
export function liveRoom(site: Site): LiveRoom {
  let room = rooms.get(site);
  if (room === undefined) {
    room = new LiveRoom(site);
    rooms.set(site, room);
  }
  return room;
}
