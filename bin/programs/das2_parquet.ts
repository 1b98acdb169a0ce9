import { runProgram } from "../run-program.js";

runProgram(async () => (await import("../../formats/parquet/parquet.js")).parquet);
