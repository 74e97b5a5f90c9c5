import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HubUrl } from "./hub-url.ts";

const hubUrl = new HubUrl("https://hub.example.com/.well-known/mercure");

describe("the hub's own namespace", () => {
  test.each([
    "/.well-known/mercure",
    "/.well-known/mercure/",
    "/.well-known/mercure/subscriptions/exact/a/b",
    "https://hub.example.com/.well-known/mercure",
    "mercure",
    "mercure/subscriptions",
    "./mercure",
    "?query",
    "#fragment",
    "/.well-known/mercure?a#b",
  ])("contains %s", (topic) => {
    expect(hubUrl.reserves(topic)).toBe(true);
  });

  test.each([
    "https://evil.example/.well-known/mercure/subscriptions",
    "http://hub.example.com:8080/.well-known/mercure",
    "//evil.example/.well-known/mercure",
    "https://user:secret@x/.well-known/mercure",
    "ftp://x/.well-known/mercure",
    "app://x/.well-known/mercure",
    "app:/.well-known/mercure",
    "file:///.well-known/mercure",
  ])("is reserved with any scheme and authority: %s", (topic) => {
    expect(hubUrl.reserves(topic)).toBe(true);
  });

  test.each([
    "/.well-known/%6Dercure/x",
    "/.well-known/%6dercure",
    "/%2Ewell-known/mercure",
    "/.well%2Dknown/%6D%65%72%63%75%72%65",
    "/.well-known/mercure/../mercure/x",
    "/a/../.well-known/./mercure",
    "/a/%2e%2E/.well-known/mercure",
    "/.well-known/x/%2e./%6Dercure/",
    "\\.well-known\\mercure",
    "app:/a/../.well-known/%6Dercure",
    " /.well-known/mercure ",
  ])("contains another spelling of its path: %s", (topic) => {
    expect(hubUrl.reserves(topic)).toBe(true);
  });

  test.each([
    "/.well-known/mercurex",
    "/.well-known/mercur",
    "/.well-known/",
    "/.well-known/Mercure",
    "/.well-known%2Fmercure",
    "/.well-known/mercure/../x",
    "/x/.well-known/mercure",
    "https://example.com/books/1",
    "urn:/x/.well-known/mercure",
    "urn:mercure",
    "https://example.com/?/.well-known/mercure",
    "https://[/.well-known/mercure",
    "http://a b/.well-known/mercure",
  ])("does not contain %s", (topic) => {
    expect(hubUrl.reserves(topic)).toBe(false);
  });

  test("is recognized in any percent-encoding of its letters", () => {
    const encoded = fc
      .array(fc.constantFrom("plain", "upper", "lower"), { minLength: 30, maxLength: 30 })
      .map((ways) =>
        [...".well-known/mercure"]
          .map((character, i) => {
            if (ways[i] === "plain" || character === "/") return character;
            const octet = character.charCodeAt(0).toString(16);
            return `%${ways[i] === "upper" ? octet.toUpperCase() : octet}`;
          })
          .join(""),
      );
    fc.assert(
      fc.property(encoded, fc.webUrl(), (path, site) => {
        expect(hubUrl.reserves(`/${path}`)).toBe(true);
        expect(hubUrl.reserves(`${new URL(site).origin}/${path}/x`)).toBe(true);
      }),
    );
  });

  test("follows the path of the hub's URL", () => {
    const other = new HubUrl("https://example.com/api/%73tream");
    expect(other.reserves("/api/stream/x")).toBe(true);
    expect(other.reserves("/.well-known/mercure")).toBe(false);
  });
});

describe("a URL reference", () => {
  test("is resolved against the hub's URL", () => {
    expect(hubUrl.resolve("books")?.href).toBe("https://hub.example.com/.well-known/books");
    expect(hubUrl.resolve("/books")?.href).toBe("https://hub.example.com/books");
    expect(hubUrl.resolve("urn:x:y")?.href).toBe("urn:x:y");
    expect(hubUrl.resolve("https://[")).toBeUndefined();
  });

  test("with a host longer than any domain name is not resolved, because encoding it would take too long", () => {
    const long = "字".repeat(254);
    for (const start of ["https://", "http:\\", "//", "ftp:", " HTTPS://u:p@", "\\/"]) {
      expect(hubUrl.resolve(`${start}${long}/a`)).toBeUndefined();
    }
    // The path of such a reference is still checked.
    expect(hubUrl.reserves(`https://u:p@${long}:80/.well-known/mercure/x`)).toBe(true);
    expect(hubUrl.reserves(`https://${long}/a`)).toBe(false);
    // A reference that begins with a path has no host.
    expect(hubUrl.resolve(long)).toBeDefined();
    expect(hubUrl.resolve(`/${long}`)).toBeDefined();
    expect(hubUrl.resolve(`urn:${long}`)).toBeDefined();
    expect(hubUrl.resolve(`https://example.com/${long}`)).toBeDefined();
  });
});

test("a topic that is checked without parsing gets the same result as with parsing", () => {
  const segment = fc.constantFrom(
    "mercure",
    ".well-known",
    "..",
    ".",
    "a",
    "",
    "x mercure",
    "%6Dercure",
  );
  const head = fc.constantFrom(
    "",
    "/",
    "https://example.com/",
    "http://a.b:80/",
    "https:",
    "//h/",
    "urn:",
  );
  const tail = fc.constantFrom("", "?q", "#f", "/");
  fc.assert(
    fc.property(head, fc.array(segment, { maxLength: 4 }), tail, (start, segments, end) => {
      const topic = start + segments.join("/") + end;
      let path: string | undefined;
      try {
        path = new URL(topic, hubUrl.href).pathname.replace("%6D", "m");
      } catch {
        // It is not a URL reference.
      }
      const reserved = path === hubUrl.path || path?.startsWith(`${hubUrl.path}/`) === true;
      expect(hubUrl.reserves(topic), topic).toBe(reserved);
    }),
    { numRuns: 2_000 },
  );
});
