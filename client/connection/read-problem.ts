/** The most bytes of an answer that are read for the reason of a failure, and the most characters of it that are shown. */
const MOST_BYTES = 16_384;
const MOST_SHOWN = 500;

/** Returns why an answer is not a stream: the text of its problem document (RFC 9457), or its status. Never rejects. */
export async function problemOf(response: Response): Promise<string> {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "";
  if (status === 200) return "what is there is no event stream";
  const plain = `the server said ${status}`;
  if (!/^application\/(problem\+)?json\b/.test(type)) return plain;
  const said = parse(await beginning(response));
  return said === undefined ? plain : `${plain}: ${said.slice(0, MOST_SHOWN)}`;
}

async function beginning({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (reader !== undefined && text.length < MOST_BYTES) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The body was cut off. The part that arrived may suffice.
  }
  return text;
}

function parse(json: string): string | undefined {
  try {
    const document: unknown = JSON.parse(json);
    if (typeof document !== "object" || document === null) return undefined;
    for (const name of ["detail", "title"]) {
      const said: unknown = Reflect.get(document, name);
      if (typeof said === "string" && said !== "") return said;
    }
  } catch {
    // Not JSON, or incomplete JSON.
  }
  return undefined;
}
