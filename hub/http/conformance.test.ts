import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const [, table = ""] =
  /\n\| --- \|.*\n((?:\|.*\n)+)/.exec(readFileSync("docs/mercure.md", "utf8")) ?? [];
const rows = table
  .trim()
  .split("\n")
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));

const PROOF = /^`([\w/.-]+\.(?:test|spec)\.ts)`: “(.+)”$/;
const REASON = /^(Not applicable|Not done|In part): .+\.$/;

/** Whether the file has a test, or a group of tests, with this name. */
function has(file: string, name: string): boolean {
  const text = readFileSync(file, "utf8");
  const quoted = JSON.stringify(name);
  return text.split("\n").some((line) => {
    const at = line.indexOf(quoted);
    // The name is an argument of test, describe or the result of `each`. A long name is on its own line.
    return at >= 0 && /(^\s*|\b(test|describe)\(|\)\()$/.test(line.slice(0, at));
  });
}

describe("docs/mercure.md", () => {
  test("lists the protocol's requirements in a table", () => {
    expect(rows.length).toBeGreaterThan(100);
    for (const [section, level, requirement, proofs, ...more] of rows) {
      expect(section && requirement && proofs, `${section}: ${requirement}`).toBeTruthy();
      expect(level).toMatch(/^(MUST|SHOULD)( NOT)?$/);
      expect(more, requirement).toEqual([]);
    }
  });

  test.each(rows)("%s, %s: %s — names existing tests, or a reason", (...[, , , proofs = ""]) => {
    for (const proof of proofs.split("<br>")) {
      if (REASON.test(proof)) continue;
      const [, file = "", names = ""] = PROOF.exec(proof) ?? [];
      expect(file, proof).not.toBe("");
      for (const name of names.split(" › ")) {
        expect(has(file, name), `${file} has no test of the name ${JSON.stringify(name)}`).toBe(
          true,
        );
      }
    }
  });
});
