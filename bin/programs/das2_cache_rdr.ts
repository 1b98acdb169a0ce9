import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../cache/cache-reader/index.js")).cacheReader);
