/** How the bytes after the stream header are packed; das2-stream A14. */
export type Compression = "none" | "deflate";
