import { jsData, jsString, shellWord } from "../code/quote.ts";
import type { CodeHub, Snippet } from "../code/snippet.ts";
import { batchLine, COUNTER, formPairs, type UpdateFields } from "./draft.ts";

export interface PublishCodeOptions {
  readonly hub: CodeHub;
  readonly fields: UpdateFields;
  /** The number of updates; above 1 it is a burst, with `{n}` for each number. */
  readonly count: number;
  readonly withToken: boolean;
}

/** Writes the code that publishes the form's update. */
export function publishCode(options: PublishCodeOptions): readonly Snippet[] {
  const burst = options.count > 1;
  return [
    { name: "curl", code: burst ? curlBurst(options) : curl(options) },
    { name: "fetch", code: burst ? fetchBurst(options) : fetchOne(options) },
    { name: "Server", code: server(options) },
  ];
}

const BEARER = ` -H "Authorization: Bearer $TOKEN"`;

function curl({ hub, fields, withToken }: PublishCodeOptions): string {
  const pairs = formPairs(fields).map(([name, value]) => {
    // [spec] application/x-www-form-urlencoded gives these characters another meaning.
    const flag = /[%&+]/.test(value) ? "--data-urlencode" : "-d";
    return ` ${flag} ${shellWord(`${name}=${value}`)}`;
  });
  return `curl${withToken ? BEARER : ""}${pairs.join("")} ${shellWord(hub.origin + hub.path)}`;
}

function curlBurst({ hub, fields, count, withToken }: PublishCodeOptions): string {
  const line = batchLine(fields)
    .split(COUNTER)
    .map((part) => `'${part.replaceAll("'", "'\\''")}'`)
    .join('"$n"');
  return [
    `for n in $(seq ${count}); do printf '%s\\n' ${line}; done |`,
    `  curl${withToken ? BEARER : ""} -H 'Content-Type: application/x-ndjson' --data-binary @- ${shellWord(hub.origin + hub.path)}`,
  ].join("\n");
}

function fetchOne({ hub, fields, withToken }: PublishCodeOptions): string {
  const pairs = formPairs(fields);
  const several = fields.topics.length !== 1;
  const body = several
    ? `[\n${pairs.map(([name, value]) => `    [${jsString(name)}, ${jsString(value)}],\n`).join("")}  ]`
    : `{\n${pairs.map(([name, value]) => `    ${name}: ${jsString(value)},\n`).join("")}  }`;
  return [
    `const response = await fetch(${jsString(hub.origin + hub.path)}, {`,
    `  method: "POST",`,
    ...(withToken ? [`  headers: { Authorization: "Bearer " + token },`] : []),
    `  body: new URLSearchParams(${body}),`,
    "});",
    "console.log(response.status, await response.text());",
  ].join("\n");
}

function fetchBurst({ hub, fields, count, withToken }: PublishCodeOptions): string {
  return [
    `const line = ${jsString(batchLine(fields))};`,
    `const lines = Array.from({ length: ${count} }, (_, i) => line.replaceAll("${COUNTER}", String(i + 1)));`,
    `const response = await fetch(${jsString(hub.origin + hub.path)}, {`,
    `  method: "POST",`,
    "  headers: {",
    `    "Content-Type": "application/x-ndjson",`,
    ...(withToken ? [`    Authorization: "Bearer " + token,`] : []),
    "  },",
    `  body: lines.join("\\n"),`,
    "});",
    "console.log(response.status, await response.text());",
  ].join("\n");
}

function server({ fields, count }: PublishCodeOptions): string {
  const { topics, data, type, id, retry, isPrivate } = fields;
  const text = (value: string) =>
    count > 1 && value.includes(COUNTER)
      ? `${jsString(value)}.replaceAll("${COUNTER}", String(n))`
      : jsString(value);
  const [only = ""] = topics;
  const given = [
    `topic: ${topics.length === 1 ? text(only) : `[${topics.map(text).join(", ")}]`}`,
    `data: ${count > 1 && data.includes(COUNTER) ? text(data) : jsData(data)}`,
    ...(type === undefined ? [] : [`type: ${text(type)}`]),
    ...(id === undefined ? [] : [`id: ${text(id)}`]),
    ...(retry === undefined
      ? []
      : [`retry: ${/^\d{1,15}$/.test(retry) ? Number(retry) : jsString(retry)}`]),
    ...(isPrivate ? ["private: true"] : []),
  ];
  const call = (indent: string) =>
    [
      `${indent}await publish({`,
      ...given.map((field) => `${indent}  ${field.replaceAll("\n", `\n${indent}  `)},`),
      `${indent}});`,
    ].join("\n");
  const body =
    count > 1 ? `  for (let n = 1; n <= ${count}; n += 1) {\n${call("    ")}\n  }` : call("  ");
  return [
    `"use server";`,
    `import { publish } from "../runnel.ts";`,
    "",
    "export async function send() {",
    body,
    "}",
  ].join("\n");
}
