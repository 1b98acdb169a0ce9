import { runSumsProcess } from "../run-sums.js";

runSumsProcess();
