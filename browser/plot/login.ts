/** Whether the reader of the page has said that he logged in; it lasts as long as the window, like the login itself. */
const NAME = "heliostream: login";

let isKnown = false;

/** Whether requests may carry a login. */
export function hasLogin(): boolean {
  return isKnown || stored();
}

/** Notes that there has been a login. */
export function noteLogin(): void {
  isKnown = true;
  try {
    sessionStorage.setItem(NAME, "1");
  } catch {
    // Without a place to keep it, it is known to this page alone.
  }
}

function stored(): boolean {
  try {
    return sessionStorage.getItem(NAME) !== null;
  } catch {
    return false;
  }
}
