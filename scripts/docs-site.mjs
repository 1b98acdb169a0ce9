// Makes the pages of docs/: a fragment of HTML for each file, and the contents from docs/README.md.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Marked } from "marked";

const CONTENTS = "README.md";

/** The name of a heading in links to it, as GitHub makes it. */
function slugOf(text, taken) {
  const plain = text
    .toLowerCase()
    .replace(/<[^>]*>/g, "")
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
  const count = taken.get(plain) ?? 0;
  taken.set(plain, count + 1);
  return count === 0 ? plain : `${plain}-${count}`;
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Links between files become links between pages; files that are no pages are named without a link. */
function pageLink(href) {
  if (/^(https?:|#)/.test(href)) return href;
  const match = /^([a-z0-9-]+)\.md(#[a-z0-9_-]+)?$/.exec(href);
  return match === null ? undefined : `${match[1]}${match[2] ?? ""}`;
}

function fragmentOf(markdown) {
  const taken = new Map();
  const headings = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        // The title is the heading of the page.
        if (depth === 1) return "";
        const slug = slugOf(this.parser.parseInline(tokens, this.parser.textRenderer), taken);
        if (depth === 2) headings.push({ slug, html: inner });
        return `<h${depth} id="${slug}"><a class="anchor" href="#${slug}">${inner}</a></h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const target = pageLink(href);
        return target === undefined ? inner : `<a href="${escaped(target)}">${inner}</a>`;
      },
      code({ text }) {
        return `<pre data-copy="Copy the lines" tabindex="0"><code>${escaped(text)}</code></pre>\n`;
      },
      table(token) {
        const cell = (tag, { tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
        const row = (tag, cells) => `<tr>${cells.map((one) => cell(tag, one)).join("")}</tr>\n`;
        const hasHead = token.header.some(({ text }) => text !== "");
        const head = hasHead ? `<thead>\n${row("th", token.header)}</thead>\n` : "";
        const body = token.rows.map((cells) => row("td", cells)).join("");
        return `<div class="scroll" tabindex="0">\n<table>\n${head}<tbody>\n${body}</tbody>\n</table>\n</div>\n`;
      },
    },
  });
  return { html: marked.parse(markdown), headings };
}

/** The chapters in their order: headings of the contents and the files that are listed below each. */
function chaptersOf(markdown) {
  const chapters = [];
  for (const line of markdown.split("\n")) {
    const heading = /^## (.+)$/.exec(line);
    const item = /^- \[([^\]]+)\]\(([a-z0-9-]+)\.md\)(.*)$/.exec(line);
    if (heading !== null) chapters.push({ title: heading[1], pages: [] });
    if (item !== null) chapters.at(-1).pages.push({ name: item[2], title: item[1] });
  }
  return chapters;
}

/** Writes `out/NAME.html` for each file of the folder, and `out/contents.json`. Errors: a file without a title, a link to none. */
export function buildDocs(folder, out) {
  mkdirSync(out, { recursive: true });
  const chapters = chaptersOf(readFileSync(join(folder, CONTENTS), "utf8"));
  const pages = new Map(chapters.flatMap((chapter) => chapter.pages.map((page) => [page.name, page])));
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".md"))) {
    const name = file === CONTENTS ? "index" : file.slice(0, -".md".length);
    const markdown = readFileSync(join(folder, file), "utf8");
    const title = /^# (.+)$/m.exec(markdown)?.[1];
    if (title === undefined) throw new Error(`docs/${file} has no title`);
    const { html, headings } = fragmentOf(markdown);
    writeFileSync(join(out, `${name}.html`), html);
    const page = pages.get(name);
    if (page !== undefined) Object.assign(page, { heading: title.replaceAll("`", ""), sections: headings });
  }
  for (const page of pages.values())
    if (page.heading === undefined)
      throw new Error(`docs/${CONTENTS} lists ${page.name}.md, which is not there`);
  writeFileSync(join(out, "contents.json"), JSON.stringify({ chapters }));
}
