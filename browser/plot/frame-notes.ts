/** Notes for those who measure when data are on the screen, and when all that is wanted is. */
export class FrameNotes {
  #hasData = false;

  /** A frame has been drawn. @param isSharp nothing is on its way and nothing moves */
  drawn(hasData: boolean, isSharp: boolean): void {
    if (hasData && !this.#hasData) {
      this.#hasData = true;
      performance.mark("plot: first data");
    }
    if (!isSharp) return;
    performance.clearMarks("plot: sharp");
    performance.mark("plot: sharp");
  }
}
