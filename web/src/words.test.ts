// The same cases as src/base/units_test.cc and src/report/value_test.cc: a page and a terminal say the same.
import {describe, expect, it} from "vitest";

import * as words from "./words";

describe("numbers in words", () => {
  it("rounds what lies between two to the even one, as C does", () => {
    expect(["2.5", "0.5", "1.5", "-2.5"].map((one) => words.fixed(Number(one), 0))).toEqual(["2", "0", "2", "-2"]);
    expect(words.fixed(0.125, 2)).toBe("0.12");
    expect(words.fixed(0.375, 2)).toBe("0.38");
    expect(words.fixed(2.55, 1)).toBe("2.5");  // below 2.55 as a double
  });
  it("writes bytes and rates in binary units", () => {
    expect(words.bytesInWords(0)).toBe("0 B");
    expect(words.bytesInWords(512)).toBe("512 B");
    expect(words.bytesInWords(1610612736)).toBe("1.50 GiB");
    expect(words.bytesInWords(15 * 2 ** 20)).toBe("15.0 MiB");
    expect(words.bytesInWords(1023 * 1024)).toBe("1023 KiB");
    expect(words.bytesInWords(1048575)).toBe("1.00 MiB");
    expect(words.inWords(3.25 * 2 ** 30, "B/s")).toBe("3.25 GiB/s");
  });
  it("writes what is sold in powers of ten", () => {
    expect(words.bytesAsSold(287e12)).toBe("287 TB");
    expect(words.inWords(1.2e15, "B")).toBe("1.2 PB");
  });
  it("writes times", () => {
    const cases: [number, string][] = [
      [0, "0 s"], [0.144, "144 ms"], [2.5, "2.5 s"], [4320, "1 h 12 min"], [90, "1 min 30 s"], [59.96, "1 min"], [0.9996, "1 s"],
      [100e-6, "100 us"], [60e-9, "60 ns"], [3 * 86400 + 7200, "3 d 2 h"], [-0.25, "-250 ms"],
    ];
    for (const [seconds, text] of cases) expect(words.secondsInWords(seconds)).toBe(text);
  });
  it("writes counts, dollars and shares", () => {
    const counts: [number, string][] = [[1234567, "1,234,567"], [71.4, "71.4"], [8, "8"], [999.7, "1,000"], [-1234, "-1,234"], [100, "100"]];
    for (const [count, text] of counts) expect(words.countInWords(count)).toBe(text);
    expect(words.dollarsInWords(1234)).toBe("$1,234");
    expect(words.dollarsInWords(6.88)).toBe("$6.88");
    expect(words.dollarsInWords(-6.88)).toBe("-$6.88");
    expect(words.percentInWords(0.931)).toBe("93.1 %");
  });
  it("says unknown of what is no number", () => {
    for (const unit of ["B", "B/s", "s", "fraction", "USD", "1/s", "count"]) expect(words.inWords(NaN, unit)).toMatch(/^unknown/);
    expect(words.inWords(null, "s")).toBe("unknown");
  });
  it("shortens a name in its middle", () => {
    expect(words.shortened("short", 10)).toBe("short");
    expect(words.shortened("a very long name of a drive", 12)).toBe("a very…rive");
  });
});
