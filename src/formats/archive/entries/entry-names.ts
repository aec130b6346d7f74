/** The names of the entries that are in an archive. */
export class EntryNames {
  readonly #paths = new Set<string>()

  /**
   * Adds a name. Which of two files of one name is unpacked depends on who unpacks.
   * @throws TypeError for one that is there already, be it a file or a folder.
   */
  add(name: string): void {
    const path = name.replace(/\/$/, '')
    if (this.#paths.has(path))
      throw new TypeError(`Cannot archive ${name}: there is an entry of that name already`)
    this.#paths.add(path)
  }
}
