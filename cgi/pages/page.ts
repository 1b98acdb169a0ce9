import { html, type Markup } from "./html.js";
import type { PageSite } from "./page-site.js";

/** The parts of a site that the head of every page leads to. */
export type Section = "sources" | "cache" | "log" | "status" | "docs";

/** What one page is. */
export interface Page {
  /** Text; the document is called so, with the name of the site behind it. */
  readonly title: string;
  /** The heading; missing: the title. */
  readonly heading?: Markup;
  /** Which section of the site it belongs to. */
  readonly section?: Section;
  /** Links to what it is part of, from the outermost. */
  readonly trail?: readonly { readonly href: string; readonly text: string }[];
  /** A line below the heading. */
  readonly lead?: Markup | string;
  /** Beside the heading, at the right. */
  readonly aside?: Markup;
  readonly body: Markup;
  readonly foot?: Markup;
  /** Style sheets of `static/` besides that of all pages. */
  readonly styles?: readonly string[];
  /** Modules of `static/`, built from `browser/entries`; a page with any has the headers of scripted pages. */
  readonly scripts?: readonly string[];
  /** More of the head. */
  readonly head?: Markup;
  /** As wide as the window: tables, plots. */
  readonly isWide?: boolean;
  /** Not for engines that search. */
  readonly isPrivate?: boolean;
}

/**
 * The whole document of a page in the looks of the site: head, links to the sections, heading, body. It needs no script; with a style
 * sheet it follows the reader's wish for light or dark.
 */
export function pageText(site: PageSite, page: Page): string {
  const { own, siteName, styleSheet, server, logo } = site;
  const statics = `${own}/static`;
  const sheets = [encodeURIComponent(styleSheet), ...(page.styles ?? [])];
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${page.isPrivate === true ? html`<meta name="robots" content="noindex">\n` : undefined}${page.head}<title>${page.title === siteName ? siteName : `${page.title}: ${siteName}`}</title>
${sheets.map((sheet) => html`<link rel="stylesheet" href="${statics}/${sheet}">\n`)}${page.scripts?.map((script) => html`<script type="module" src="${statics}/${script}"></script>\n`)}<link rel="icon" href="${logo}">
</head>
<body${page.isWide === true ? html` class="wide"` : undefined}>
<a class="skip" href="#main">To the content</a>
<header class="site">
<a class="home" href="${server}"><img src="${logo}" alt="" width="32" height="32"> ${siteName}</a>
<nav aria-label="Site">${sections(site, page.section)}</nav>
</header>
<main id="main">
<div class="heading">
<div>${trail(page)}<h1>${page.heading ?? page.title}</h1>${page.lead === undefined ? undefined : html`<p class="lead">${page.lead}</p>`}</div>${page.aside}
</div>
${page.body}
</main>
${page.foot === undefined ? undefined : html`<footer>${page.foot}</footer>\n`}</body>
</html>
`.text;
}

function sections({ server, below, log, hasCache }: PageSite, current: Section | undefined): Markup {
  const all: readonly (readonly [Section, string, string])[] = [
    ["sources", server, "Sources"],
    ...(hasCache ? ([["cache", `${below}/cache`, "Cache"]] as const) : []),
    ["log", log, "Log"],
    ["status", `${below}/status`, "Status"],
    ["docs", `${below}/docs/`, "Docs"],
  ];
  return html`${all.map(([section, href, text]) => html`<a href="${href}"${section === current ? html` aria-current="page"` : undefined}>${text}</a>`)}`;
}

function trail({ trail: links = [] }: Page): Markup | undefined {
  if (links.length === 0) return undefined;
  return html`<nav class="trail" aria-label="Place"><ol>${links.map(({ href, text }) => html`<li><a href="${href}">${text}</a></li>`)}</ol></nav>`;
}
