import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../readers/ephemeris/index.js")).ephemeris);
