import { pageFacts } from "../plot/facts.js";
import { PlotApp } from "../plot/plot-app.js";

new PlotApp(document, pageFacts(document.getElementById("plot-facts")?.textContent ?? ""));
