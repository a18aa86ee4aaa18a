// Colours live in the style sheet alone; a canvas asks for them here, and is told when they change: by the system's
// light or dark, and for paper, which is always light.

export interface Inks {
  ink: string;
  faint: string;
  grid: string;
  ground: string;
  series: string[];
  tone(name: string | undefined): string | undefined;  // of lines and letters
  area(name: string): string | undefined;              // of what is filled
  font: string;
}

const SERIES = 6;

export function inksOf(element: Element): Inks {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  const tones: Record<string, string> = {
    good: of("--good"), bad: of("--bad"), warn: of("--warn"), faint: of("--mute"), strong: of("--ink"),
  };
  return {
    ink: of("--ink"), faint: of("--faint"), grid: of("--grid"), ground: of("--ground"), font: style.fontFamily,
    series: Array.from({length: SERIES}, (_, i) => of(`--c${i + 1}`)),
    tone: (name) => (name ? tones[name] : undefined),
    area: (name) => of(`--${name}-area`) || tones[name],
  };
}

// The class of the style sheet that has the colour of a series, and that colour.
export function inkOf(inks: Inks, tone: string | undefined, place: number): {className: string; colour: string} {
  const toned = inks.tone(tone);
  if (toned) return {className: `tint-${tone}`, colour: toned};
  return {className: `tint-${(place % SERIES) + 1}`, colour: inks.series[place % SERIES]!};
}

// The same of a filled area.
export function areaOf(inks: Inks, tone: string, place: number): {className: string; colour: string} {
  const colour = tone ? inks.area(tone) : undefined;
  return colour ? {className: `area-${tone}`, colour} : inkOf(inks, undefined, place);
}

export interface Occasions {
  recolour(): void;
  paper(printing: boolean): void;
}

export function watchTheme(occasions: Occasions): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => occasions.recolour());
  const turn = (printing: boolean) => {
    document.documentElement.classList.toggle("printing", printing);
    occasions.paper(printing);
  };
  addEventListener("beforeprint", () => turn(true));
  addEventListener("afterprint", () => turn(false));
}
