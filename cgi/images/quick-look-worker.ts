import { serveJobs } from "../../fits/thread-work.js";
import { type QuickLook, type QuickLookJob, runQuickLookJob } from "./quick-look-job.js";

// A thread that makes pictures of stored images.

serveJobs<QuickLookJob, QuickLook>(async (job) => ({ result: await runQuickLookJob(job), moved: [] }));
