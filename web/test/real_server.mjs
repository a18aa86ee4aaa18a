// `aforo serve` itself over a directory, on any port that is free.
import {spawn} from "node:child_process";
import {createInterface} from "node:readline";

export const LONG = 120_000;  // ms; debug builds on a busy machine take their time

const within = (promise, what) => Promise.race([
  promise, new Promise((_, reject) => { setTimeout(() => reject(new Error(`in vain waited until ${what}`)), LONG).unref(); }),
]);

export async function start(program, directory) {
  const child = spawn(program, ["serve", directory, "--port", "0"], {stdio: ["ignore", "pipe", "inherit"]});
  process.once("exit", () => child.kill("SIGKILL"));
  const ended = new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
    child.once("error", reject);
  });
  const told = new Promise((resolve) => createInterface({input: child.stdout}).on("line", (line) => {
    const found = /http:\S+/.exec(line);
    if (found) resolve(new URL(found[0]));
  }));
  const early = ended.then((how) => { throw new Error(`'${program} serve' ended (${how}) before it told its address`); });
  const address = await within(Promise.race([told, early]), "'aforo serve' tells its address");
  early.catch(() => undefined);
  return {
    address,
    // What it ended with.
    stop: () => {
      child.kill("SIGINT");
      return within(ended, "'aforo serve' ends");
    },
  };
}
