import {describe, expect, it} from "vitest";

import {type Picture, press} from "./hands";

function noting(): {picture: Picture; done: string[]} {
  const done: string[] = [];
  const note = (name: string) => (...words: unknown[]) => { done.push([name, ...words].join(" ")); };
  return {done, picture: {
    zoomable: true, zoom: note("zoom"), pan: note("pan"), reset: note("reset"), move: note("move"), turn: note("turn"), leave: note("leave"),
    cursor: () => 0.25, share: () => 0.5,
  }};
}

describe("keys", () => {
  it("do what the hint says", () => {
    const {picture, done} = noting();
    for (const key of ["ArrowRight", "PageUp", "End", "ArrowUp", "0", "Escape"]) expect(press(picture, key, false)).toBe(true);
    expect(done).toEqual(["move 1 one", "move -1 page", "move 1 end", "turn -1", "reset", "leave"]);
  });
  it("move the view with Shift, and zoom around the cursor", () => {
    const {picture, done} = noting();
    press(picture, "ArrowLeft", true);
    press(picture, "-", false);
    expect(done).toEqual(["pan -0.2", "zoom 1.5 0.25"]);
  });
  it("are the page's where they mean nothing here", () => {
    expect(press(noting().picture, "Tab", false)).toBe(false);
  });
});
