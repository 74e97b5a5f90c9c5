import type { ChannelLike } from "../base/world.ts";
import type { FakeTab } from "./fake-tab.ts";

/** One tab's end of a channel: messages arrive late, in order for each sender. */
export class FakeChannel implements ChannelLike {
  readonly tab: FakeTab;
  readonly #name: string;
  readonly #listeners: ((event: MessageEvent) => void)[] = [];
  /** When the last message of each sender arrives, to keep their order. */
  readonly #arrivals = new Map<FakeChannel, number>();

  constructor(tab: FakeTab, name: string) {
    this.tab = tab;
    this.#name = name;
    tab.browser.channels(name).add(this);
  }

  postMessage(message: unknown): void {
    const { browser } = this.tab;
    const channels = browser.channels(this.#name);
    if (!channels.has(this)) throw new Error("the channel is closed");
    const data = structuredClone(message);
    for (const channel of channels) if (channel !== this) channel.#receive(this, data);
  }

  addEventListener(_: "message", listener: (event: MessageEvent) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.tab.browser.channels(this.#name).delete(this);
  }

  #receive(from: FakeChannel, data: unknown): void {
    const { browser } = this.tab;
    const { random } = browser;
    if (random() < browser.lossy) return;
    const delay = random() < 0.02 ? random() * 500 : random() * 20;
    const arrival = Math.max(browser.now + delay, this.#arrivals.get(from) ?? 0);
    this.#arrivals.set(from, arrival);
    browser.at(arrival - browser.now, () =>
      this.tab.task("message", () => {
        if (!browser.channels(this.#name).has(this)) return;
        const event = new MessageEvent("message", { data });
        for (const listener of this.#listeners) listener(event);
      }),
    );
  }
}
