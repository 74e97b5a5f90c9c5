import { expect, test } from "vitest";
import { FakeBrowser, seeded } from "../testing/fake-browser.ts";
import { FakeHub } from "../testing/fake-hub.ts";
import { FakePage } from "../testing/fake-page.ts";
import type { RingLimits } from "./item-ring.ts";

/** The number of schedules to try. A longer run tries more. */
const SCHEDULES = 120;
const FIRST_SEED = 1;

/** A browser with many tabs, to which things happen by chance. */
class Schedule {
  readonly random: () => number;
  readonly browser: FakeBrowser;
  readonly hub = new FakeHub();
  pages: FakePage[] = [];
  readonly trace: string[] = [];
  readonly memory: RingLimits;
  readonly isLossy: boolean;
  readonly trims: boolean;

  constructor(seed: number) {
    this.random = seeded(seed);
    this.browser = new FakeBrowser(this.random);
    this.isLossy = this.random() < 0.2;
    this.browser.lossy = this.isLossy ? 0.02 : 0;
    this.trims = this.random() < 0.2;
    this.memory = { items: 3 + Math.floor(this.random() ** 3 * 200), characters: 100_000 };
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  openTab(): void {
    const page = new FakePage(this.browser.open(), this.hub, { memory: this.memory });
    page.tab.visible = this.chance(0.7);
    this.pages.push(page);
    const { head } = this.hub;
    const after = this.chance(0.5)
      ? undefined
      : Math.max(this.hub.floor, head - Math.floor(this.random() * (this.chance(0.5) ? 4 : 40)));
    page.start(after);
  }

  act(): string {
    const page = this.pick(this.pages);
    const name = (word: string) => `${word} ${page ? this.pages.indexOf(page) : "-"}`;
    const dice = this.random() * 100;
    if (dice < 30) {
      for (let n = this.random() * 5; n > 0; n -= 1) this.hub.publish();
      return `publish ..${this.hub.head}`;
    }
    if (dice < 38) {
      for (let n = this.random() * 5; n > 0; n -= 1) this.hub.publish(false);
      return `others publish ..${this.hub.head}`;
    }
    if (dice < 40) {
      for (let n = this.random() * 300; n > 0; n -= 1) this.hub.publish(this.chance(0.5));
      return `burst ..${this.hub.head}`;
    }
    if (dice < 50) {
      if (this.pages.length < 7) this.openTab();
      return "open";
    }
    if (page === undefined) return "nothing";
    if (dice < 55) {
      if (page.tab.state !== "running") return "nothing";
      page.stop();
      this.pages = this.pages.filter((one) => one !== page);
      return name("close");
    }
    if (dice < 60) {
      if (page.tab.state !== "running") return "nothing";
      if (page.running) page.stop();
      else page.resume();
      return name(page.running ? "resume" : "pause");
    }
    if (dice < 63) {
      this.kill(page);
      return name("kill");
    }
    if (dice < 73) {
      page.tab.freeze();
      return name("freeze");
    }
    if (dice < 83) {
      page.tab.thaw();
      return name("thaw");
    }
    if (dice < 92) {
      const feed = this.pick([...this.hub.connections]);
      feed?.cut();
      return "cut";
    }
    if (dice < 94) {
      this.hub.down = !this.hub.down;
      return `down ${this.hub.down}`;
    }
    if (dice < 97) {
      page.tab.visible = !page.tab.visible;
      if (page.tab.visible && page.tab.state === "running" && page.running) page.feed.hurry();
      return name("show or hide");
    }
    if (dice < 98) {
      this.browser.dayAhead = this.random() * 1_000_000 - 500_000;
      return "the clock is set";
    }
    if (dice < 99 && this.trims) {
      this.hub.floor = Math.max(this.hub.floor, this.hub.head - Math.floor(this.random() * 20));
      return `trim ..${this.hub.floor}`;
    }
    return "nothing";
  }

  kill(page: FakePage): void {
    page.tab.kill();
    for (const feed of this.hub.connections) if (feed.tab === page.tab) feed.stop();
    this.pages = this.pages.filter((one) => one !== page);
  }

  /** Frozen tabs stay frozen; visible tabs soon have all events. */
  async endure(): Promise<void> {
    this.browser.lossy = 0;
    this.hub.down = false;
    await this.browser.advance(60_000);
    for (let n = 0; n < 5; n += 1) {
      this.hub.publish();
      await this.browser.advance(20_000);
    }
    this.check(
      this.pages.filter(({ tab, running }) => tab.visible && running && tab.state === "running"),
    );
  }

  /** Thaws all frozen tabs, resumes all paused ones, and waits until everything has arrived. */
  async settle(): Promise<void> {
    for (const page of this.pages) {
      page.tab.thaw();
      page.tab.visible = true;
      await this.browser.advance(2_000);
      if (!page.running) page.resume();
    }
    await this.browser.advance(60_000);
    // A silent stream, on a hub with much other traffic.
    for (let n = 0; n < 4; n += 1) {
      this.hub.publish(false);
      await this.browser.advance(20_000);
    }
    this.checkConnections();
    for (let n = 0; n < 3; n += 1) {
      this.hub.publish();
      await this.browser.advance(10_000);
    }
    this.check(this.pages);
    this.checkConnections();
  }

  check(pages: readonly FakePage[]): void {
    const events = this.hub.events();
    for (const page of pages) {
      const { told, from = Number.POSITIVE_INFINITY } = page;
      const name = `page ${this.pages.indexOf(page)}, from ${from}, told ${told}`;
      const numbers = told.filter((one) => one !== "gap");
      // A page may get more than the events since it was open, but MUST get all of those.
      // An event that was lost on the way to a tab without an id cannot be asked for: the tab reports a gap.
      const hadNoId = this.isLossy && told[0] === "gap";
      const first = numbers[0] ?? Number.POSITIVE_INFINITY;
      const start = hadNoId ? first : Math.min(first, from + 1);
      const missing = events.filter((event) => event >= start && !numbers.includes(event));
      expect(numbers, name).toEqual(events.filter((event) => numbers.includes(event)));
      // Events that the hub has trimmed are reported as a gap, and no other event is missing.
      expect(
        missing.filter((event) => event > this.hub.floor),
        name,
      ).toEqual([]);
      if (missing.length > 0) expect(told, name).toContain("gap");
      if (this.hub.floor === 0) expect(told.slice(hadNoId ? 1 : 0), name).not.toContain("gap");
    }
  }

  checkConnections(): void {
    expect(this.hub.connections.size, "connections").toBe(this.pages.length === 0 ? 0 : 1);
  }
}

async function runSchedule(seed: number): Promise<void> {
  const schedule = new Schedule(seed);
  const { browser, trace, random } = schedule;
  try {
    for (let n = 0; n < 5; n += 1) schedule.hub.publish(schedule.chance(0.5));
    for (let n = 10 + random() * 40; n > 0; n -= 1) {
      trace.push(`${browser.now} ${schedule.act()}`);
      await browser.advance(random() < 0.5 ? random() * 50 : random() * 8_000);
    }
    trace.push(`${browser.now} endure`);
    await schedule.endure();
    trace.push(`${browser.now} settle`);
    await schedule.settle();
    for (const page of schedule.pages) page.stop();
    await browser.advance(1_000);
    expect(schedule.hub.connections.size, "connections").toBe(0);
    expect(browser.leftovers, "locks, channels and timers").toBe(0);
  } catch (error) {
    throw new Error(`seed ${seed}:\n${trace.join("\n")}\n${error}`, { cause: error });
  }
}

test("each tab delivers each event once, in order, over one connection, whatever happens to tabs and connections", async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed += 1) await runSchedule(seed);
  // A busy machine is slow.
}, 60_000);
