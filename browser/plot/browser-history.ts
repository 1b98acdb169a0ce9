import type { StepPlace } from "./step-history.js";

/** The steps that the browser keeps. */
export const OF_BROWSER: StepPlace = {
  push: (query) => history.pushState(null, "", `${location.pathname}?${query}`),
  replace: (query) => history.replaceState(null, "", `${location.pathname}?${query}`),
  query: () => location.search.slice(1),
  now: () => performance.now(),
};
