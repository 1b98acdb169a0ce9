/** Prints one line of a bench's report. */
export type Print = (line: string) => void;
