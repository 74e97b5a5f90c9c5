import { randomBytes, randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { expect, test } from "@playwright/test";
import { SignJWT } from "jose";
import { HUB, post } from "../support/hub.ts";
import { residentMegabytes } from "../support/memory.ts";
import { connections, type Runnel, startRunnel } from "../support/runnel.ts";

const KEY = randomBytes(48).toString("base64");
const ISSUER = "https://app.example.com";
const HUB_URL = `https://hub.example.com${HUB}`;
const MIB = 2 ** 20;
const SOCKETS = 250;
/** If the server kept a body of 10 MB from each client, it would use ten times this. */
const FLAT_MEGABYTES = 250;

const BATCH = "application/x-ndjson";
const FORM = "application/x-www-form-urlencoded";

function publisherToken(subject: string): Promise<string> {
  const topics = [{ match: "a" }];
  const type = "https://mercure.rocks/authorization-detail";
  return new SignJWT({
    authorization_details: [{ type, actions: ["publish"], topics }],
    client_id: ISSUER,
  })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
    .setIssuer(ISSUER)
    .setAudience(HUB_URL)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime("1h")
    .setJti(randomUUID())
    .sign(Buffer.from(KEY));
}

const PART = Buffer.alloc(65_536, "a");

interface Upload {
  /** The first line of the answer so far. */
  status(): string;
  /** Whether all bytes but the last one are sent. */
  isSent(): boolean;
  leave(): void;
}

test.describe("the bodies of requests", () => {
  let runnel: Runnel;

  test.beforeAll(async () => {
    const env = {
      MERCURE_PUBLISHER_JWT_KEY: KEY,
      MERCURE_TRUSTED_ISSUERS: ISSUER,
      MERCURE_RESOURCE_IDENTIFIER: HUB_URL,
      DRAIN_SECONDS: "0",
      LOG_LEVEL: "silent",
    };
    runnel = await startRunnel({ env });
  });
  test.afterAll(() => runnel.stop());

  const open = (head: readonly string[]): Socket => {
    const socket = connect(runnel.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write([...head, "Host: localhost", "", ""].join("\r\n"));
    return socket;
  };

  /** Sends the head and the body of a POST request, without the body's last byte. */
  function withhold(path: string, bytes: number, type: string, token?: string): Upload {
    const socket = open([
      `POST ${path} HTTP/1.1`,
      `Content-Type: ${type}`,
      `Content-Length: ${bytes}`,
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ]);
    let answer = "";
    let left = bytes - 1;
    socket.on("data", (data: Buffer) => {
      answer += data.toString("latin1");
    });
    const send = () => {
      while (left > 0) {
        const part = PART.subarray(0, left);
        left -= part.length;
        if (!socket.write(part)) return;
      }
    };
    socket.on("drain", send);
    send();
    return {
      status: () => answer.slice(9, 12),
      isSent: () => left === 0 && socket.writableLength === 0,
      leave: () => socket.destroy(),
    };
  }

  /** Sends many bodies without their last byte, until each is sent or answered. Returns the added memory and the answers. */
  async function flood(...upload: Parameters<typeof withhold>) {
    const before = residentMegabytes(runnel.pid);
    const uploads = Array.from({ length: SOCKETS }, () => withhold(...upload));
    const underWay = () => uploads.filter((each) => !each.isSent() && each.status() === "").length;
    await expect.poll(underWay, { timeout: 60_000 }).toBe(0);
    const megabytes = residentMegabytes(runnel.pid) - before;
    return {
      megabytes,
      answered: (status: string) => () => uploads.filter((each) => each.status() === status).length,
      leave: () => {
        for (const each of uploads) each.leave();
      },
    };
  }

  const publish = async (token: string) =>
    post(runnel, { topic: "a" }, { headers: { Authorization: `Bearer ${token}` } });

  for (const type of [FORM, "multipart/form-data; boundary=a"]) {
    test(`use no memory if the route does not read them: ${type} to a page`, async () => {
      test.setTimeout(90_000);
      const { megabytes, leave } = await flood("/", 10 * MIB, type);
      leave();
      expect(megabytes).toBeLessThan(FLAT_MEGABYTES);
    });
  }

  test("without a token are refused before they are read, and use no memory", async () => {
    const { megabytes, answered, leave } = await flood(HUB, 8 * MIB, BATCH);
    await expect.poll(answered("401")).toBe(SOCKETS);
    leave();
    expect(megabytes).toBeLessThan(FLAT_MEGABYTES);
  });

  test("of one publisher use at most its share of the memory while others publish, and release it", async () => {
    const [hoarder, other] = await Promise.all([publisherToken("a"), publisherToken("b")]);
    const { megabytes, answered, leave } = await flood(HUB, 8 * MIB, BATCH, hoarder);
    expect(megabytes).toBeLessThan(FLAT_MEGABYTES);
    // The share of one publisher is two of these bodies.
    await expect.poll(answered("503")).toBe(SOCKETS - 2);
    expect((await publish(other)).status).toBe(200);
    const refused = await publish(hoarder);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ type: "urn:runnel:problem:too-many-bodies" });
    leave();
    await expect.poll(async () => (await publish(hoarder)).status).toBe(200);
  });

  test("of token inspections do not block publishers", async () => {
    const { answered, leave } = await flood("/console/inspect", 16_384, "text/plain");
    // The share of one client is 1 MiB of the console's bodies: 64 of these.
    await expect.poll(answered("503")).toBe(SOCKETS - 64);
    expect((await publish(await publisherToken("a"))).status).toBe(200);
    leave();
  });

  test("that turn out too large are answered with 413, and the client reads the answer after it has sent everything", async () => {
    const socket = open([
      `POST ${HUB} HTTP/1.1`,
      `Authorization: Bearer ${await publisherToken("a")}`,
      `Content-Type: ${BATCH}`,
      "Transfer-Encoding: chunked",
    ]);
    const ended = new Promise((resolve) => socket.on("close", resolve));
    for (let i = 0; i < 256; i++) {
      socket.write(Buffer.concat([Buffer.from("10000\r\n"), PART, Buffer.from("\r\n")]));
    }
    await new Promise<void>((resolve) => socket.write("0\r\n\r\n", () => resolve()));
    let answer = "";
    socket.on("data", (data: Buffer) => {
      answer += data.toString("latin1");
    });
    await expect.poll(() => answer).toContain("urn:runnel:problem:too-large");
    socket.destroy();
    await ended;
  });

  test("of a GET do not hide that the client of a stream has disconnected", async () => {
    const heads = ["Content-Length: 1000000", "Transfer-Encoding: chunked"];
    const sockets = heads.map((each) => open([`GET ${HUB}?match=a HTTP/1.1`, each]));
    for (const socket of sockets) socket.write(Buffer.concat([Buffer.from("7fffffff\r\n"), PART]));
    for (const socket of sockets) for (let i = 0; i < 8; i++) socket.write(PART);
    await expect.poll(connections(runnel)).toBe(2);
    for (const socket of sockets) socket.destroy();
    // The first heartbeat, which would also detect the disconnect, comes after 15 s.
    await expect.poll(connections(runnel), { timeout: 3_000 }).toBe(0);
  });

  test("over HTTP/1.0 are accepted by a hub with keys", async () => {
    const socket = open([
      "POST /.well-known/mercure HTTP/1.0",
      `Authorization: Bearer ${await publisherToken("a")}`,
      `Content-Type: ${FORM}`,
      "Content-Length: 7",
    ]);
    socket.write("topic=a");
    let answer = "";
    socket.on("data", (data: Buffer) => {
      answer += data.toString("latin1");
    });
    await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*urn:uuid:/);
    socket.destroy();
  });
});
