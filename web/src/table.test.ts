import {describe, expect, it} from "vitest";

import {csvOf, fileName, tabbedOf} from "./csv";
import {readFigure} from "./figure";
import {tablesOf} from "./table";

const axis = (label: string, unit: string, more: object = {}) => ({label, unit, log: false, ...more});
const chart = (x: object, y: object, series: object[]) => readFigure(JSON.stringify({kind: "chart", title: "T", name: "t", x, y, series, lines: []}));

describe("the table of a chart", () => {
  it("has a row for each x and a column for each series", () => {
    const figure = chart(axis("time", "s"), axis("AU", "fraction"), [
      {label: "AU", mark: "line", x: [1, 2], y: [0.5, null]}, {label: "95 %", mark: "band", x: [2], low: [0.4], high: [0.6]},
    ]);
    expect(csvOf(tablesOf(figure).saved)).toBe('time (s),AU (fraction),"95 %, low (fraction)","95 %, high (fraction)"\r\n1,0.5,,\r\n2,,0.4,0.6\r\n');
  });
  it("has a row for each named point", () => {
    const figure = chart(axis("AU", "fraction"), axis("cost", "USD/month"), [
      {label: "flash", mark: "points", x: [0.9, 0.9], y: [10, 20], names: ['3 "big", 4', "a\nb"]}, {label: "front", mark: "line", x: [0.9], y: [10]},
    ]);
    expect(csvOf(tablesOf(figure).saved)).toBe(
      'series,name,AU (fraction),cost (USD/month)\r\nflash,"3 ""big"", 4",0.9,10\r\nflash,"a\nb",0.9,20\r\nfront,,0.9,10\r\n');
    expect(tabbedOf(tablesOf(figure).read)).toContain('flash\ta b\t0.9\t20\n');
  });
  it("has a row for each category", () => {
    const figure = chart(axis("cost", "USD"), axis("", "", {categories: ["drives", "power"]}), [
      {label: "flash", mark: "bars", x: [5, 6], y: [0, 1], low: [4, null], high: [6, null]},
    ]);
    expect(csvOf(tablesOf(figure).saved)).toBe('name,flash (USD),"flash, low (USD)","flash, high (USD)"\r\ndrives,5,4,6\r\npower,6,,\r\n');
  });
  it("says from where to where a bar goes", () => {
    const figure = chart(axis("wait", "s"), axis("share", "fraction"), [{label: "wait", mark: "bars", x: [1, 2], y: [0.25, 0.75], width: [1, 2]}]);
    expect(csvOf(tablesOf(figure).saved)).toBe('"wait, from (s)","wait, to (s)",wait (fraction)\r\n1,2,0.25\r\n2,4,0.75\r\n');
  });
});

describe("the table of a timeline", () => {
  const figure = readFigure(JSON.stringify({
    kind: "timeline", title: "T", name: "t", x: axis("time", "s"), begin: 0, end: 4, rows: ["0-7"], bins: 2,
    states: [{label: "compute", tone: "good"}, {label: "wait", tone: "bad"}], shares: btoa(String.fromCharCode(255, 0, 0, 255)),
  }));
  it("sums up to be read, and has every bin to be saved", () => {
    expect(tablesOf(figure).read.row(0)).toEqual(["0-7", 0.5, 0.5]);
    expect(csvOf(tablesOf(figure).saved)).toBe("rank,from (s),to (s),compute (fraction),wait (fraction)\r\n0-7,0,2,1,0\r\n0-7,2,4,0,1\r\n");
  });
});

describe("a file's name", () => {
  it("holds nothing that a system minds", () => {
    expect(fileName("AU over time", ".csv")).toBe("au-over-time.csv");
    expect(fileName("../../</script>", ".csv")).toBe("script.csv");
    expect(fileName("مرحبا", ".csv")).toBe("table.csv");
  });
});
