// What hands can do with a picture: wheel, keys and buttons, the same for charts and timelines.
//
// A wheel zooms only where the picture has the focus (or with Ctrl, as a pinch arrives): otherwise it scrolls the page
// as everywhere. Arrow keys move a cursor, with Shift the view.

export interface Picture {
  zoomable: boolean;
  zoom(factor: number, around: number): void;  // around: 0 the left end of what is seen, 1 its right end
  pan(share: number): void;
  reset(): void;
  move(by: number, unit: Step): void;  // the cursor, along the points
  turn(by: number): void;              // to another series or row
  leave(): void;
  cursor(): number;                    // where it stands, as `around`
  share(clientX: number): number;      // of a place on the screen
}
export type Step = "one" | "page" | "end";

export const keysHint = (zoomable: boolean): string => zoomable
  ? "Arrow keys move over the points; plus, minus and the wheel zoom, 0 shows all, Escape leaves."
  : "Arrow keys move over the bars, Escape leaves.";

const FACTOR = 1.5;

function moveOf(key: string): [number, Step] | null {
  switch (key) {
    case "ArrowRight": return [1, "one"];
    case "ArrowLeft": return [-1, "one"];
    case "PageDown": return [1, "page"];
    case "PageUp": return [-1, "page"];
    case "End": return [1, "end"];
    case "Home": return [-1, "end"];
    default: return null;
  }
}

// Whether the key was for the picture.
export function press(picture: Picture, key: string, shift: boolean): boolean {
  const moved = moveOf(key);
  if (moved) {
    const [by, step] = moved;
    if (shift && step === "one") picture.pan(by * 0.2);
    else picture.move(by, step);
    return true;
  }
  if (key === "ArrowUp" || key === "ArrowDown") picture.turn(key === "ArrowDown" ? 1 : -1);
  else if (key === "+" || key === "=") picture.zoom(1 / FACTOR, picture.cursor());
  else if (key === "-" || key === "_") picture.zoom(FACTOR, picture.cursor());
  else if (key === "0") picture.reset();
  else if (key === "Escape") picture.leave();
  else return false;
  return true;
}

export function takeHands(surface: HTMLElement, picture: Picture): void {
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== surface) return;
    if (press(picture, event.key, event.shiftKey)) event.preventDefault();
  });
  surface.addEventListener("wheel", (event) => {
    const focused = surface.contains(document.activeElement);
    if (!picture.zoomable || !(focused || event.ctrlKey)) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) picture.pan(Math.sign(event.deltaX) * 0.08);
    else if (event.deltaY !== 0) picture.zoom(event.deltaY < 0 ? 1 / 1.25 : 1.25, picture.share(event.clientX));
  }, {passive: false});
  surface.addEventListener("dblclick", () => picture.reset());
}
