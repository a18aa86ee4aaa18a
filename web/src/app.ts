// The page of `aforo serve`: which part is seen follows the address, which holds what is asked.

import "./app.css";

import {LiveView} from "./app/live_view";
import {type Place, readLink, VIEWS} from "./app/inputs";
import {RecordsView} from "./app/records_view";
import {SizeView, type Speaker} from "./app/size_view";
import {watch} from "./upgrade";

const element = (id: string) => document.getElementById(id)!;

const speaker: Speaker = {
  trouble(text) {
    const line = element("trouble");
    line.textContent = text;
    line.hidden = text === "";
  },
};

const size = new SizeView(element("ask"), speaker);
const records = new RecordsView(element("view-records"), speaker);
const live = new LiveView(element("view-live"), speaker);

function go(place: Place): void {
  for (const view of VIEWS) {
    element(`view-${view}`).hidden = view !== place.view;
    const link = document.querySelector(`nav [data-view=${view}]`)!;
    if (view === place.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `aforo · ${place.view}`;
  if (place.view !== "live") live.close();
  if (place.view !== "records") records.close();
  const opened = place.view === "size" ? size.open(place.inputs) : place.view === "records" ? records.open(place.open, place.compare) : live.open();
  speaker.trouble(place.sentence);
  void opened.then(() => { if (place.sentence) speaker.trouble(place.sentence); });
}

document.documentElement.classList.add("live");
watch();
addEventListener("hashchange", () => go(readLink(location.hash)));
// Not by the address, which holds what is asked.
document.querySelector(".skip")!.addEventListener("click", (event) => {
  event.preventDefault();
  element("content").focus();
});
go(readLink(location.hash));
