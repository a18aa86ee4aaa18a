import {describe, expect, it} from "vitest";

import {linearTicks, logTicks, niceStep} from "./ticks";

const texts = (ticks: {text: string}[]) => ticks.map((tick) => tick.text);

describe("ticks", () => {
  it("steps by 1, 2 or 5", () => {
    expect([0.11, 0.2, 3, 7, 40].map(niceStep)).toEqual([0.2, 0.2, 5, 10, 50]);
  });
  it("keeps to one unit and as many digits as the step needs", () => {
    expect(texts(linearTicks(0, 1, "fraction", 6))).toEqual(["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]);
    expect(texts(linearTicks(0.99, 1, "fraction", 5))).toEqual(["99.0 %", "99.2 %", "99.4 %", "99.6 %", "99.8 %", "100.0 %"]);
    expect(texts(linearTicks(0, 1.5 * 2 ** 30, "B/s", 4))).toEqual(["0 GiB/s", "0.5 GiB/s", "1.0 GiB/s", "1.5 GiB/s"]);
    expect(texts(linearTicks(0, 400, "s", 5))).toEqual(["0 s", "2 min", "4 min", "6 min"]);
    expect(texts(linearTicks(0, 0.5, "s", 3))).toEqual(["0 ms", "200 ms", "400 ms"]);
    expect(texts(linearTicks(-2000, 2000, "USD", 3))).toEqual(["-$2,000", "$0", "$2,000"]);
    expect(texts(linearTicks(0, 3, "count", 9))).toEqual(["0", "1", "2", "3"]);
  });
  it("takes powers where the axis is logarithmic", () => {
    expect(texts(logTicks(1, 64, "count", 10, 2))).toEqual(["1", "2", "4", "8", "16", "32", "64"]);
    expect(texts(logTicks(1e-4, 1, "s", 5))).toEqual(["100 us", "1 ms", "10 ms", "100 ms", "1 s"]);
    expect(texts(logTicks(4096, 2 ** 20, "B", 10))).toEqual(["4 KiB", "8 KiB", "16 KiB", "32 KiB", "64 KiB", "128 KiB", "256 KiB", "512 KiB", "1 MiB"]);
    expect(texts(logTicks(20e12, 3e15, "B", 8))).toEqual(["20 TB", "50 TB", "100 TB", "200 TB", "500 TB", "1 PB", "2 PB"]);
    expect(texts(logTicks(1, 1e9, "count", 4))).toEqual(["1", "1,000", "1,000,000", "1,000,000,000"]);
  });
  it("has none where there is no room or no range", () => {
    expect(linearTicks(1, 1, "s", 5)).toEqual([]);
    expect(linearTicks(0, NaN, "s", 5)).toEqual([]);
    expect(logTicks(0, 10, "s", 5)).toEqual([]);
  });
});
