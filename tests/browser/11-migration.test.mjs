import { answer, fill, identify, inside, login, openFromDesk, pass, printBlank, review, scan, sign, submit, uploaded } from './counter.mjs'
import { citizenNumber, demoPeople } from './station.mjs'
import { story } from './story.mjs'

const it = story('migration')
const people = demoPeople()
/** An invented person whom no register here knows. */
const comer = { name: '梁远舟', number: citizenNumber('19900607', 971) }
let counter, applicant, office

/** A day of this week, as a field takes it. */
const day = (from) => new Date(Date.now() + 8 * 3600e3 + from * 24 * 3600e3).toISOString().slice(0, 10).replaceAll('-', '')

/** Presses the one key of the present step, twice: what it starts cannot be taken back. */
async function step(window, label) {
  await window.ready(new RegExp(`^${label}.*F1$`))
  await window.key('F1')
  await window.sees('再按一次')
  await window.key('F1')
}

/** Scans the paper that the flow waits for now, from the case. */
async function late(window, material) {
  await window.sees(`待补扫：${material}`)
  await window.key('F10')
  await window.ready('扫描 F10')
  await window.key('F10')
  await window.page.getByRole('list', { name: '各页' }).getByRole('listitem', { name: '第 1 页' }).waitFor()
  await window.ready('扫描 F10')
  await window.key('Escape')
  await window.page.getByText(`待补扫：${material}`).waitFor({ state: 'detached' })
}

it.step('自愿落户城镇, from another province: the situations say which papers come later', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  await counter.key('F3')
  await counter.page.getByRole('combobox', { name: '事项' }).fill('自愿落户城镇')
  await counter.page.getByRole('option', { name: '自愿落户城镇', selected: true }).waitFor()
  await counter.key('Enter')
  await counter.page.getByRole('form').waitFor()
  await counter.region('到场人员').getByRole('listitem', { name: '申请人' }).getByRole('button', { name: '录入' }).click()
  await identify(counter, '申请人', comer)
  await answer(counter, '户口落在哪里', '单独立户')
  await answer(counter, '从哪里迁来', '省外')
  await answer(counter, '有家里人跟着一起迁来吗', '没有')
  await fill(counter, '申请人', [['联系电话', '19900000061'], ['出生日期', '19900607']])
  await fill(counter, '新立的户', [['立户依据', '不动产权证书'], ['地址', '江城市城关区竹篱街9号']])
  await fill(counter, '迁出地', [['迁入人公民身份号码', comer.number], ['迁出地址', '远川省白石市南湖区柳巷6号']])
  await counter.key('Alt+m')
  await counter.button('添加一行').click()
  // The cursor stands in the first field of the new row; Enter goes from one to the next.
  for (const text of [comer.name, comer.number, '1', '19900607', '01', '02']) {
    await counter.type(text)
    await counter.key('Enter')
  }
  await counter.key('Alt+m')
  await counter.picture('migration-in-form')
  for (const material of ['《居民户口簿》', '《居民身份证》']) await scan(counter, material)
  await sign(counter, applicant, '申请人')
  await submit(counter)
  await counter.region('提交结果').getByText(/待民警审核/).waitFor()
  await counter.key('Enter')
})

it.step('the officer passes it; the register gives the number of the permit; the permit is printed', async () => {
  office = await it.open('office', it.station.officer('所长室'))
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await review(office, '梁', '自愿落户城镇')
  await pass(office, '梁')
  await openFromDesk(office, '梁', '自愿落户城镇')
  await step(office, '常口开具准迁证')
  await office.sees('这一步签发的文书还没有打印出来')
  await office.key('F11')
  await printBlank(office, '准予迁入证明', '皖准00000023')
  await office.picture('migration-permit')
  await office.key('Escape')
  await step(office, '签发准予迁入证明')
  await office.sees('待补扫')
  await office.picture('migration-late-scan')
})

it.step('both late scans at the counter: the permit before it is handed out, the certificate when it comes', async () => {
  await openFromDesk(counter, '梁', '自愿落户城镇')
  await late(counter, '《准予迁入证明》')
  await step(counter, '补扫准迁证')
  await late(counter, '《户口迁移证》')
  for (const [label, text] of [['迁移证编号', 'ZQ20261101'], ['迁移证签发日期', day(-3)], ['迁移证有效期止', day(27)]]) {
    await counter.page.getByLabel(label).first().click({ clickCount: 3 })
    await counter.type(text)
    await counter.key('Enter')
  }
  await counter.picture('migration-certificate-fields')
  await counter.page.getByRole('button', { name: /^保存/ }).click()
  await step(counter, '补扫迁移证')
  await counter.sees('待迁入落户')
  await uploaded(counter)
})

it.step('the register takes the newcomer in and gives the number of the new household', async () => {
  await openFromDesk(office, '梁', '自愿落户城镇')
  await step(office, '迁入落户')
  await office.ready(/^领取登记/)
  // The number of the new household, given by the register.
  await office.page.getByText(/^\d{9}$/).first().waitFor()
  await office.picture('migration-in-done')
})
