/** As much of an answer as is read for why there is no stream, in bytes, and as much of that as is shown, in characters. */
const MOST_BYTES = 16_384;
const MOST_SHOWN = 500;

/** Why an answer is no stream, in words: what its problem document says (RFC 9457), or its status. Never rejects. */
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
    // Cut off: what is there may do.
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
    // No JSON, or the half of one.
  }
  return undefined;
}
