/** Offers text to the reader as a file. It stays on their machine: no request is made. */
export function download(name: string, parts: string[]): void {
  const url = URL.createObjectURL(new Blob(parts, { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Not at once, because the browser has not read it yet.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
