import { Sun } from "../sun/index.js";

let sun: Sun | undefined;

/** The Sun of the sample in this thread, which takes half a second to make and never changes. */
export function sharedSun(): Sun {
  sun ??= new Sun();
  return sun;
}
