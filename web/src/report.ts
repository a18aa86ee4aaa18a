// The offline report: every figure of the page becomes a picture that can be zoomed, read by keyboard and saved.

import "./report.css";

import {upgrade, watch} from "./upgrade";

document.documentElement.classList.add("live");
watch();
upgrade(document);
