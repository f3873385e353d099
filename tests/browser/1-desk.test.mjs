import { inside, login } from './counter.mjs'
import { story } from './story.mjs'
import { until } from './window.mjs'

const it = story('desk')
let counter

it.step('a wrong password gives its sentence, and the right one lets the auxiliary in', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  await counter.page.getByRole('heading', { name: '登录' }).waitFor()
  await counter.picture('login')
  counter.refused('login', 'LOGIN_WRONG_PASSWORD')
  await login(counter, 'F0001', 'jiangcheng-F0002')
  const alert = counter.page.getByRole('alert')
  await alert.getByText('LOGIN_WRONG_PASSWORD').waitFor()
  await alert.getByText('账号或口令不对').waitFor()
  await counter.picture('login-wrong')
  // The password is typed anew; too early, the terminal says that it waits, and what was typed stays.
  counter.refused('login', 'LOGIN_LOCKED', true)
  await counter.type('jiangcheng-F0001')
  await until('the auxiliary at his desk', async () => {
    if (await inside(counter, '辅警').isVisible()) return true
    await counter.key('Enter')
    return false
  })
})

it.step('the desk shows to-do, in progress, due soon, devices and synchronisation', async () => {
  const head = counter.page.getByRole('banner')
  await head.getByText('城关派出所').waitFor()
  await head.getByRole('button', { name: '待办 0' }).waitFor()
  await head.getByRole('button', { name: '临期 0' }).waitFor()
  await counter.region('我的办件').getByText('现在没有待办').waitFor()
  const today = counter.page.getByRole('complementary', { name: '今天' })
  for (const words of ['今日收件', '今日办结', '待我办', '待传', '挂单']) await today.getByText(words, { exact: true }).waitFor()
  const foot = counter.page.getByRole('contentinfo', { name: '状态栏' })
  await foot.getByRole('button', { name: '读卡器 扫描仪 打印机 Alt+B', exact: true }).waitFor()
  await foot.getByRole('button', { name: '同步：已全部上传' }).waitFor()
  await counter.picture('desk')
})

it.step('every device that is ready says so, and the line says that everything is at the server', async () => {
  await counter.key('Alt+b')
  for (const device of ['读卡器（演示）', '扫描仪（演示）', '打印机（演示）']) {
    await counter.page.getByRole('article', { name: device }).getByText('正常').first().waitFor()
  }
  await counter.picture('devices')
  await counter.key('Escape', 'Alt+y')
  await counter.page.getByRole('heading', { name: '同步情况' }).waitFor()
  await counter.sees('没有等着上传的')
  await counter.picture('sync')
  await counter.key('Escape')
  await counter.region('我的办件').waitFor()
})
