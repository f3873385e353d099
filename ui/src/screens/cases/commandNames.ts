/** Names of changing commands. A repeat with the same name returns the first result instead of doing it again. */

/**
 * Keeps the name of an act until the terminal has answered it. When the answer got lost on the way, pressing the key
 * again sends the same name, so that nothing is done twice; after an answer, even a refusal, the next press is a new act.
 */
export class CommandNames {
  private readonly open = new Map<string, string>()

  constructor(private readonly make: () => string) {}

  /** Name for an act; `act` describes it and everything that it carries. */
  of(act: string): string {
    const known = this.open.get(act)
    if (known) return known
    const name = this.make()
    this.open.set(act, name)
    return name
  }

  /** The terminal has answered. */
  answered(act: string): void {
    this.open.delete(act)
  }
}
