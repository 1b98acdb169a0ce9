/** Lets the link to the page that plots follow the range in the form. */
export function followRange(form: HTMLFormElement): void {
  const link = document.querySelector<HTMLAnchorElement>("a[data-plot]");
  const [begin, end] = ["start_time", "end_time"].map((name, at) =>
    form.querySelector<HTMLInputElement>(
      `input[name="${name}"], input[name="${at === 0 ? "read.time.min" : "read.time.max"}"]`,
    ),
  );
  if (link === null || begin == null || end == null) return;
  form.addEventListener("input", () => {
    const url = new URL(link.href);
    url.searchParams.set("begin", begin.value);
    url.searchParams.set("end", end.value);
    link.href = url.href;
  });
}
