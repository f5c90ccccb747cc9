export interface PrivateNotes<T extends object, Note> {
  get(of: T): Note | undefined;
  /** At most once for each object. */
  set(on: T, note: Note): void;
}

/**
 * Notes on objects, kept in private fields of theirs, where nobody else finds them. Else they would do
 * as a WeakMap, whose entries V8's scavenger takes for alive: all that was ever noted would be copied and
 * stay until the next full collection.
 */
export function createPrivateNotes<T extends object, Note>(): PrivateNotes<T, Note> {
  /** Its constructor adds the field to the object that it is given. */
  class Noted extends Given {
    readonly #note: Note;

    constructor(on: T, note: Note) {
      super(on);
      this.#note = note;
    }

    static of(object: T): Note | undefined {
      return #note in object ? object.#note : undefined;
    }
  }
  return {
    get: Noted.of,
    set: (on, note) => void new Noted(on, note),
  };
}

class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what a derived class adds its fields to.
    return object;
  }
}
