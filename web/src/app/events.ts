// Server-sent events out of the body of a response, and the requests that have such a body or an error's sentence.

export interface ServerEvent {
  name: string;
  data: string;
}

// Takes text as it comes, cut anywhere, and gives the events that are whole.
export class EventReader {
  private rest = "";

  take(text: string): ServerEvent[] {
    this.rest += text;
    const parts = this.rest.split(/\r?\n\r?\n/);
    this.rest = parts.pop()!;
    return parts.flatMap((part) => {
      let name = "message";
      const data: string[] = [];
      for (const line of part.split(/\r?\n/)) {
        const [field, value] = [line.slice(0, Math.max(0, line.indexOf(":"))), line.slice(line.indexOf(":") + 1).replace(/^ /, "")];
        if (field === "event") name = value;
        else if (field === "data") data.push(value);
      }
      return data.length > 0 ? [{name, data: data.join("\n")}] : [];
    });
  }
}

// A sentence for a person: the server's own, or what became of the request.
export class Refused extends Error {}

export async function sentenceOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const message = (JSON.parse(text) as {message?: unknown}).message;
    if (typeof message === "string") return message;
  } catch {
    // Not JSON: a page, or nothing.
  }
  const plain = text.replace(/<title>.*?<\/title>/s, "").replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
  return plain && plain.length < 400 ? plain : `The server answered ${response.status} ${response.statusText}`.trim();
}

async function asked(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {...init, credentials: "same-origin"});
  } catch (why) {
    if (why instanceof DOMException && why.name === "AbortError") throw why;
    throw new Refused("The server does not answer; is 'aforo serve' still running?");
  }
  if (!response.ok) throw new Refused(await sentenceOf(response));
  return response;
}

export const getJson = async <T>(path: string): Promise<T> => (await asked(path, {})).json() as Promise<T>;
export const getText = async (path: string): Promise<string> => (await asked(path, {})).text();

export function postJson(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return asked(path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body), ...(signal ? {signal} : {})});
}

export const getEvents = (path: string, signal: AbortSignal): Promise<Response> => asked(path, {signal, headers: {Accept: "text/event-stream"}});

// Until the body ends, or the request is aborted.
export async function eachEvent(response: Response, listen: (event: ServerEvent) => void): Promise<void> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const events = new EventReader();
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      for (const event of events.take(value)) listen(event);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

export const aborted = (why: unknown): boolean => why instanceof DOMException && why.name === "AbortError";
