// What an officer does at a window, with his keyboard wherever he would use it. Everything is found by its role and its
// Chinese words.

import { until } from './window.mjs'

/** Logs in; the desk is there afterwards. */
export async function login(window, officer, password = `jiangcheng-${officer}`) {
  await window.page.getByLabel('警号或辅警编号').fill(officer)
  await window.key('Enter')
  await window.page.getByLabel('密码').pressSequentially(password)
  await window.key('Enter')
}

/** Who is logged in, at the head of the window. */
export const inside = (window, title) => window.page.getByRole('banner').getByText(`（${title}）`)

/** Logs out from the settings, by keys, and lets another officer in. */
export async function relogin(window, officer, title) {
  await window.key('Alt+s')
  await window.region('设置').or(window.text('字的大小').first()).first().waitFor()
  await window.key('Alt+q')
  await login(window, officer)
  await inside(window, title).waitFor()
}

/** A group of the form by its title. */
export const group = (window, title) => window.page.getByRole('form').getByRole('region', { name: title, exact: true })

/** The writable or read field of a group. */
export const field = (window, title, label) => group(window, title).getByLabel(label).first()

/** What stands in a field, written or read. */
export const value = (locator) => locator.evaluate((one) => ('value' in one ? one.value : one.innerText.trim()))

export const holds = (locator, wanted) => until(`“${wanted}” in a field`, async () => {
  const now = await value(locator).catch(() => '')
  return wanted instanceof RegExp ? wanted.test(now) : now === wanted
})
