import { DasError, isDasError, OUTCOME } from "../../errors/das-error.js";
import type { TimeRange } from "../../stream/time.js";
import { timeWord } from "../data/data-words.js";
import { findSource } from "../find-source.js";
import { type Response, textResponse } from "../http.js";
import { askImages, instantRange } from "../images/asked-images.js";
import { headerNote } from "../images/card-table.js";
import { gatherImages } from "../images/gather-images.js";
import { recordHeader } from "../images/header-cards.js";
import { imageAt } from "../images/image-at.js";
import type { LinkBase } from "../images/image-links.js";
import { faultPage, listPage, seriesPage } from "../images/images-page.js";
import { readImagesQuestion, usualRange } from "../images/images-question.js";
import { imageSources } from "../images/listed-sources.js";
import { PAGE_HEADERS } from "../pages/page-headers.js";
import { serverPage } from "../pages/server-page.js";
import type { Query, QueryContext } from "../query.js";

/**
 * `/images?source=ID&begin=…&end=…&time=…`: the images of a range as a strip, one of them large with the cards of its header, and a
 * player; with the words of a look, and `channel`. Without a source the sources that have images.
 *
 * Errors: NEEDS_LOGIN and faults of the server; whatever else is wrong the page itself says, under the status of the error.
 */
export const imagesPage: Query = async (context) => {
  const { words, request } = context;
  const id = words.get("source");
  if (id === undefined) return serverPage(context, listPage(request.mount, await imageSources(context)));
  try {
    return await seriesAnswer(context, id);
  } catch (error) {
    if (!isDasError(error) || error.code === "NEEDS_LOGIN" || error.code === "CANCELLED") throw error;
    const { status } = OUTCOME[error.code];
    context.trace.fail(error, status === 500 ? "failed" : "refused");
    return serverPage(context, faultPage(request.mount, id, error.message), status);
  }
};

async function seriesAnswer(context: QueryContext, id: string): Promise<Response> {
  const question = readImagesQuestion(context.words);
  const source = await findSource(context, id);
  const range = question.range ?? usualRange(source, context.site.now());
  const asked = await askImages(withDataset(context, id), source, range);
  if ("elsewhere" in asked) return toImages(asked.elsewhere);
  const view = await gatherImages(context, asked, range, question);
  const base: LinkBase = {
    mount: context.request.mount,
    source,
    range,
    channel: view.list?.channel ?? question.channel,
    lookTexts: question.lookTexts,
  };
  return serverPage(context, seriesPage(base, view));
}

/** `/images/header.json?source=ID&time=…`: the cards of the header of one image, with its record; `channel` as for pictures. */
export const imageHeader: Query = async (context) => {
  const { words } = context;
  const id = words.get("source");
  if (id === undefined)
    throw new DasError("BAD_PARAMETER", "source is missing, expected the id of a source of images");
  const { us2000, ...instant } = instantRange(timeWord(words, ["time"]).time);
  const source = await findSource(context, id);
  const asked = await askImages(withDataset(context, id), source, instant satisfies TimeRange);
  if ("elsewhere" in asked) return toImages(asked.elsewhere);
  const { images } = asked;
  const found = await imageAt(context, asked, us2000);
  const { cards, away } = await recordHeader(context, images, found);
  const answer = {
    record: found.specification,
    recnum: String(found.recnum),
    cards: cards.map(({ name, value, comment }) => [name, value, comment]),
    ...(away === undefined ? {} : { note: headerNote(away) }),
  };
  return textResponse(200, "application/json", `${JSON.stringify(answer).replaceAll("<", "\\u003c")}\n`, [
    ...PAGE_HEADERS,
    ["Cache-Control", source.access.length > 0 ? "private, no-cache" : "no-cache"],
  ]);
};

/** The request as redirects know requests: the id stands in `dataset`. */
function withDataset(context: QueryContext, id: string): QueryContext {
  const words = [...context.words].filter(([name]) => name !== "source" && name !== "dataset");
  return { ...context, words: new Map([["dataset", id], ...words]) };
}

/** The same redirect with the id where pages of images have it. */
function toImages(elsewhere: Response): Response {
  const headers = elsewhere.headers.map(([name, value]) =>
    name === "Location"
      ? ([name, value.replace("?dataset=", "?source=")] as const)
      : ([name, value] as const),
  );
  return { ...elsewhere, headers };
}
