import {describe, expect, it} from "vitest";

import {acceleratorSteps, capacityBytes, capacitySteps, capacityText, linkOf, nearestStep, NOTHING, readLink, requestOf} from "./inputs";

const asked = {...NOTHING, workload: "unet3d_h100", accelerators: "64", type: "b200", capacity: "220TB", target: "90%", where: "cloud"};

describe("a link", () => {
  it("holds what is asked", () => {
    const link = linkOf(asked);
    expect(link).toBe("#size?workload=unet3d_h100&accelerators=64&accelerator-type=b200&capacity=220TB&target=90%25&where=cloud");
    expect(readLink(link)).toEqual({view: "size", inputs: asked, open: "", compare: [], sentence: ""});
  });
  it("holds a file that was edited instead of the preset", () => {
    const edited = {...asked, yaml: "name: x\ndataset: {samples: 1 & 2}\n"};
    expect(readLink(linkOf(edited)).inputs).toEqual({...edited, workload: ""});
  });
  it("says in one sentence what it does not know", () => {
    const {inputs, sentence} = readLink("#size?workload=a&gpus=4&colour=red");
    expect(inputs.workload).toBe("a");
    expect(sentence).toMatch(/^The link names 'gpus', 'colour', which this page does not know and leaves out; it knows storage, workload, /);
  });
  it("opens Records", () => {
    expect(readLink("#records?compare=a.json&compare=b.json")).toMatchObject({view: "records", compare: ["a.json", "b.json"], sentence: ""});
    expect(readLink("#records?open=%3Cb%3E.json")).toMatchObject({open: "<b>.json"});
    expect(readLink("")).toMatchObject({view: "size", sentence: ""});
  });
});

describe("a request", () => {
  it("names options as the command line does", () => {
    expect(requestOf(asked, "p")).toEqual({path: "/api/size", body: {
      workload: "unet3d_h100", page: "p", options: {"accelerators": "64", "accelerator-type": "b200", "capacity": "220TB", "target": "90%", "where": "cloud"},
    }});
  });
  it("leaves out what the workload says", () => {
    expect(requestOf({...NOTHING, workload: "a"}, "p").body).toEqual({workload: "a", options: {}, page: "p"});
    expect(requestOf({...NOTHING, workload: "a", yaml: "name: b"}, "p").body).toEqual({yaml: "name: b", options: {}, page: "p"});
  });
  it("predicts on a storage", () => {
    expect(requestOf({...asked, storage: "nvme.yaml"}, "p")).toEqual({path: "/api/predict", body: {
      workload: "unet3d_h100", storage: "nvme.yaml", page: "p", options: {accelerators: "64", set: ["training.au_target=90%"]},
    }});
  });
});

describe("steps of a slider", () => {
  it("are round numbers", () => {
    expect(acceleratorSteps(16)).toEqual([1, 2, 3, 4, 6, 8, 12, 16]);
    expect(capacitySteps().slice(0, 11).map(capacityText)).toEqual(["1TB", "1.2TB", "1.5TB", "2TB", "2.5TB", "3TB", "4TB", "5TB", "6TB", "8TB", "10TB"]);
    expect(capacityText(capacitySteps().at(-1)!)).toBe("20PB");
  });
  it("are found again from what is typed", () => {
    expect(capacityBytes("220 TB")).toBe(220e12);
    expect(capacityBytes("1_000 GiB")).toBe(1000 * 2 ** 30);
    expect(capacityBytes("much")).toBeUndefined();
    expect(nearestStep([1, 2, 4, 8], 5)).toBe(2);
  });
});
