import { createSeries } from "../../netdrms/programs/create-series.js";
import { terminalInput } from "../../netdrms/programs/terminal-input.js";
import { runModuleProcess } from "../run-module.js";

runModuleProcess(createSeries(terminalInput(process.stdin, process.stderr)));
