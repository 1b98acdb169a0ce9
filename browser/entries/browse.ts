import { explainPictures } from "../browse/failed-pictures.js";
import { openFolders } from "../browse/open-folders.js";
import { followRange } from "../browse/plot-link.js";
import { offerWords } from "../browse/reader-words.js";
import { searchAsTyped } from "../browse/search-as-typed.js";

const form = document.querySelector<HTMLFormElement>("form.find");
if (form !== null) searchAsTyped(form);
openFolders(document);
explainPictures(document);
const request = document.querySelector<HTMLFormElement>("form.ask");
if (request !== null) {
  offerWords(request);
  followRange(request);
}
