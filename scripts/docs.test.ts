import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/** Folders without documents of the project: packages, builds, data and reports. */
const LEFT_OUT = /^(node_modules|build|test-results|playwright-report|\..+)$/;

/** Returns the paths of all files of the project in a folder and below it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.test(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** Returns the text without code blocks and code spans, where a link is no link. */
function withoutCode(text: string): string {
  return text.replace(/^```.*?^```/gms, "").replace(/`[^`\n]*`/g, "");
}

/** Returns the targets of a document's links and images that lead to files of the project. */
function linksOf(document: string): string[] {
  const text = withoutCode(readFileSync(document, "utf8"));
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Returns the names that GitHub gives to the headings of a document. */
function anchorsOf(document: string): string[] {
  const text = readFileSync(document, "utf8").replace(/^```.*?^```/gms, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Says what is wrong with a link; undefined if it leads to a file, and to a heading if it names one. */
function problemOf(document: string, target: string): string | undefined {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? document : normalize(join(dirname(document), path));
  if (!statSync(file, { throwIfNoEntry: false })) return `${target}: no file ${file}`;
  if (anchor === undefined || anchorsOf(file).includes(anchor)) return undefined;
  return `${target}: no heading #${anchor} in ${file}`;
}

const files = filesIn(".");
const documents = files.filter((file) => file.endsWith(".md"));

describe("a document", () => {
  test("is found at the top level and in docs/", () => {
    expect(documents).toContain("README.md");
    expect(documents).toContain("docs/README.md");
    expect(documents.flatMap(linksOf).length).toBeGreaterThan(100);
  });

  test.each(documents)("%s has only links that lead somewhere", (document) => {
    const problems = linksOf(document).map((target) => problemOf(document, target));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test("is reached from README.md by links", () => {
    const reached = new Set<string>();
    const visit = (document: string): void => {
      if (reached.has(document) || !documents.includes(document)) return;
      reached.add(document);
      for (const target of linksOf(document)) {
        const [path = ""] = target.split("#");
        visit(normalize(join(dirname(document), path)));
      }
    };
    visit("README.md");
    expect(documents.filter((document) => !reached.has(document))).toEqual([]);
  });
});

test("each document that code names is there", () => {
  const missing = files
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
    .flatMap((file) => {
      const names = readFileSync(file, "utf8").match(/\bdocs\/[\w/.-]+\.md\b/g) ?? [];
      return names
        .filter((name) => !documents.includes(normalize(name)))
        .map((name) => `${file}: ${name}`);
    });
  expect(missing).toEqual([]);
});

test("README.md has at most 150 lines", () => {
  expect(readFileSync("README.md", "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("each decision has a number, a status and a date, and is in the index", () => {
  const index = readFileSync("docs/decisions/README.md", "utf8");
  const names = readdirSync("docs/decisions").filter((name) => name !== "README.md");
  for (const [at, name] of names.sort().entries()) {
    const number = String(at + 1).padStart(4, "0");
    expect(name).toMatch(new RegExp(`^${number}-[a-z0-9-]+\\.md$`));
    const [title, , status] = readFileSync(join("docs/decisions", name), "utf8").split("\n");
    expect(title, name).toMatch(new RegExp(`^# ${number}\\. `));
    expect(status, name).toMatch(/^Status: .+\. Date: \d{4}-\d\d-\d\d/);
    expect(index).toContain(`| [${number}](${name}) | ${title?.slice("# 0000. ".length)} |`);
  }
});
