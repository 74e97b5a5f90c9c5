/** One node: the values of one key, and the branches below it, by their first character. */
interface Node<Value> {
  /** The characters of the key between the parent and this node. */
  label: string;
  readonly values: Set<Value>;
  readonly branches: Map<string, Node<Value>>;
}

const node = <Value>(label: string): Node<Value> => ({
  label,
  values: new Set(),
  branches: new Map(),
});

/** A radix tree of values by text keys. It finds the values of each key that a text begins with. */
export class PrefixTree<Value> {
  readonly #root = node<Value>("");

  get isEmpty(): boolean {
    return this.#root.values.size === 0 && this.#root.branches.size === 0;
  }

  add(key: string, value: Value): void {
    let at = this.#root;
    for (let rest = key; rest !== ""; ) {
      const branch = at.branches.get(rest.charAt(0));
      if (!branch) {
        const leaf = node<Value>(rest);
        at.branches.set(rest.charAt(0), leaf);
        at = leaf;
        break;
      }
      const shared = sharedLength(branch.label, rest);
      at = shared < branch.label.length ? split(at, branch, shared) : branch;
      rest = rest.slice(shared);
    }
    at.values.add(value);
  }

  delete(key: string, value: Value): void {
    const path = [this.#root];
    let at = this.#root;
    for (let rest = key; rest !== ""; rest = rest.slice(at.label.length)) {
      const branch = at.branches.get(rest.charAt(0));
      if (!branch || !rest.startsWith(branch.label)) return;
      path.push(branch);
      at = branch;
    }
    at.values.delete(value);
    for (let index = path.length - 1; index > 0; index -= 1) {
      const [parent, child] = [path[index - 1], path[index]];
      if (!parent || !child || child.values.size > 0 || child.branches.size > 1) return;
      const [only] = child.branches.values();
      if (only) {
        only.label = child.label + only.label;
        parent.branches.set(only.label.charAt(0), only);
        return;
      }
      parent.branches.delete(child.label.charAt(0));
    }
  }

  /** Yields the values of each key that the text begins with, the shortest key first. */
  *find(text: string): Generator<Value, void, void> {
    let at: Node<Value> | undefined = this.#root;
    for (let length = 0; at; ) {
      yield* at.values;
      const branch: Node<Value> | undefined = at.branches.get(text.charAt(length));
      if (!branch || !text.startsWith(branch.label, length)) return;
      length += branch.label.length;
      at = branch;
    }
  }
}

function sharedLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

/** Puts a node between parent and branch, after the first `length` characters of the branch's label. */
function split<Value>(parent: Node<Value>, branch: Node<Value>, length: number): Node<Value> {
  const middle = node<Value>(branch.label.slice(0, length));
  parent.branches.set(middle.label.charAt(0), middle);
  branch.label = branch.label.slice(length);
  middle.branches.set(branch.label.charAt(0), branch);
  return middle;
}
