import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { curlCommand } from "./curl.ts";

test("a plain address is not quoted", () => {
  expect(curlCommand("http://127.0.0.1:3000/api/stream")).toBe(
    "curl -N http://127.0.0.1:3000/api/stream",
  );
});

test("a shell reads the address as one word, whatever it contains", () => {
  const address = fc.webUrl({ withQueryParameters: true, withFragments: true });
  const tail = fc.stringMatching(/^['"$`;&|<>()\\!#*? \w-]{0,20}$/);
  fc.assert(
    fc.property(address, tail, (start, end) => {
      fc.pre(URL.canParse(start + end));
      const { href } = new URL(start + end);
      const words = curlCommand(href).replace(/^curl/, "printf '%s\\n'");
      const out = execFileSync("sh", ["-c", words], { encoding: "utf8" });
      expect(out).toBe(`-N\n${href.replaceAll("'", "%27")}\n`);
    }),
    { numRuns: 50 },
  );
});
