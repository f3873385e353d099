// What a person finds on a page: by role and by the words that stand there.

/** Runs in the page: `elements(role, name, within)` as an accessibility tree would list them, as far as these pages go. */
const FINDER = `
const inputs = { text: 'textbox', password: 'textbox', tel: 'textbox', search: 'searchbox', checkbox: 'checkbox', radio: 'radio' }
const tags = { BUTTON: 'button', TEXTAREA: 'textbox', H1: 'heading', H2: 'heading', H3: 'heading', NAV: 'navigation', FORM: 'form',
  IMG: 'img', LI: 'listitem', OL: 'list', UL: 'list', DT: 'term', DD: 'definition', HEADER: 'banner', FOOTER: 'contentinfo', MAIN: 'main',
  ASIDE: 'complementary', SECTION: 'region' }
const role = (one) => one.getAttribute('role') || (one.tagName === 'INPUT' ? inputs[one.type] || 'textbox' : tags[one.tagName]) || ''
const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility === 'visible' && !one.closest('[aria-hidden=true]')
const words = (node) => node.nodeType === 3 ? node.data
  : node.nodeType !== 1 || node.getAttribute('aria-hidden') === 'true' ? ''
  : node.tagName === 'INPUT' || node.tagName === 'TEXTAREA' ? ' ' + node.value + ' '
  : getComputedStyle(node).display === 'inline' ? Array.from(node.childNodes, words).join('') : ' ' + Array.from(node.childNodes, words).join('') + ' '
const plain = (text) => text.replace(/\\s+/g, ' ').trim()
const text = (one) => plain(words(one))
const name = (one) => {
  const by = one.getAttribute('aria-labelledby')
  if (by) return plain(by.split(' ').map((id) => text(document.getElementById(id))).join(' '))
  if (one.hasAttribute('aria-label')) return plain(one.getAttribute('aria-label'))
  if (one.labels?.length) return plain(Array.from(one.labels, (label) => Array.from(label.childNodes, (node) => node === one ? '' : words(node)).join(' ')).join(' '))
  if (['button', 'heading', 'listitem', 'radio', 'term', 'definition', 'option', 'alert', 'status', 'menuitemradio'].includes(role(one))) return text(one)
  return one.title || ''
}
const fits = (said, wanted) => wanted == null || said === wanted || (said.startsWith(wanted) && ' （，'.includes(said[wanted.length]))
const elements = (wantedRole, wantedName, within) => Array.from((within || document).querySelectorAll('*'))
  .filter((one) => role(one) === wantedRole && shown(one) && fits(name(one), wantedName))
`

/** One window, as a person sees it. `evaluate(body, args)` runs a function body in its page. */
export class Page {
  constructor(evaluate, until) {
    this.evaluate = (body, ...args) => evaluate(`${FINDER} return (function () { ${body} }).apply(null, arguments)`, args)
    this.until = until
  }

  /** All words on the page. */
  words() { return this.evaluate('return text(document.body)') }

  /** Waits until these words stand on the page. */
  sees(wanted) {
    return this.until(`“${wanted}”`, async () => {
      const words = await this.words()
      if (!words.includes(wanted)) throw new Error(words.slice(0, 1500))
      return words
    })
  }

  /** What has the keyboard, as “role name”. */
  focus() { return this.evaluate('const one = document.activeElement; return one ? role(one) + " " + name(one) : ""') }

  /**
   * Where one thing of a role and name stands in the window; waits until there is exactly one that can be used, and
   * that it stands still from one frame to the next.
   */
  place(role, name, { within, enabled = true } = {}) {
    let before = ''
    return this.until(`${role} “${name ?? ''}”${within ? ` in “${within[1]}”` : ''}`, async () => {
      const found = await this.evaluate(`
        const [role, name, within, enabled] = arguments[0]
        const box = within ? elements(...within) : [document]
        if (box.length !== 1) return { count: box.length, what: 'surroundings' }
        const all = elements(role, name, box[0])
        if (all.length !== 1) return { count: all.length, what: 'matches' }
        if (enabled && all[0].disabled) return { what: 'disabled', count: 1 }
        all[0].scrollIntoView({ block: 'nearest', inline: 'nearest' })
        const { x, y, width, height } = all[0].getBoundingClientRect()
        return { x, y, width, height }`, [role, name ?? null, within ?? null, enabled])
      if (found.what) throw new Error(`${found.count} ${found.what}`)
      const now = JSON.stringify(found)
      if (now !== before) {
        before = now
        throw new Error('it moves')
      }
      return found
    })
  }

  /** What one thing says: the value of a field, the words of anything else. */
  async says(role, name, options) {
    await this.place(role, name, { ...options, enabled: false })
    return this.evaluate(`
      const [role, name, within] = arguments[0]
      const one = elements(role, name, within ? elements(...within)[0] : document)[0]
      return one === undefined ? null : 'value' in one && one.tagName !== 'BUTTON' && one.tagName !== 'LI' ? one.value : text(one)`, [role, name ?? null, options?.within ?? null])
  }

  /** Names of everything of a role. */
  names(role, within) {
    return this.evaluate(`
      const [role, within] = arguments[0]
      return (within ? elements(...within) : [document]).flatMap((box) => elements(role, undefined, box).map(name))`, [role, within ?? null])
  }
}
