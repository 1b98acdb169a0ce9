import { serveJobs } from "../../fits/thread-work.js";
import { type ImageJob, runImageJob } from "./image-job.js";
import type { ImageNumbers } from "./reduce-image.js";

// A thread that reads whole images and gives back their numbers.

serveJobs<ImageJob, ImageNumbers>(async (job) => {
  const result = await runImageJob(job);
  // A view of something larger is copied instead.
  const { buffer, byteLength } = result.values;
  return { result, moved: buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [] };
});
