import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answer, begin, field, holds, inside, login, uploaded } from './counter.mjs'
import { demoPeople, repository } from './station.mjs'
import { story } from './story.mjs'
import { until } from './window.mjs'

const it = story('definitions')
const people = demoPeople()
let counter, applicant, office, assets

/** Begins a matter that is searched for by its name, for somebody without a card. */
async function beginBySearch(window, matter) {
  await window.key('F2', 'F3')
  await window.page.getByRole('combobox', { name: '事项' }).fill(matter)
  await window.page.getByRole('option', { name: matter, selected: true }).waitFor()
  await window.key('Enter')
  await window.page.getByRole('form').waitFor()
}

/** The matter as its next version: with a material more, and another wording. */
function change(text) {
  const changed = text.replace(/^version = (\d+)$/m, (_, version) => `version = ${Number(version) + 1}`)
  assert.notEqual(changed, text)
  return `${changed}\n[[material]]\nid = "extra_proof"\nname = "补充证明"\nrule = "required"\nplain = "带补充证明的原件。"\n`
}

it.step('a case is begun before the definition changes', async () => {
  counter = await it.open('counter', it.station.officer('柜台一'))
  applicant = await it.open('applicant', it.station.applicant('柜台一'), { width: 1280, height: 800 })
  await login(counter, 'F0001')
  await inside(counter, '辅警').waitFor()
  office = await it.open('office', it.station.officer('所长室'))
  await login(office, 'J0001')
  await inside(office, '户籍民警').waitFor()
  await begin(counter, it.station, people.feng_expired, '身份证期满换领')
  await answer(counter, '申请人未满十六周岁吗', '已满')
  await counter.type('19900000006')
  await counter.key('Enter', 'Enter')
  await counter.type('46')
  await counter.key('Enter')
  await uploaded(counter)
  assert.equal(await counter.region('事项新版本').count(), 0)
})

it.step('what is broken, or kept its version, is refused at the console with file and place', async () => {
  assets = join(it.station.folder, 'assets')
  cpSync(join(repository, 'assets'), assets, { recursive: true })
  const file = join(assets, 'matters/ID-RENEW.toml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('flow = "id-card"', 'flow = "nowhere"'))
  const broken = await it.station.definitions('publish', assets, '--remark', '试')
  assert.equal(broken.code, 1)
  assert.match(broken.said, /^matters\/ID-RENEW\.toml flow：没有叫“nowhere”的流程。.*请改成其中一个/)
  writeFileSync(file, change(text).replace(/^version = \d+$/m, /^version = \d+$/m.exec(text)[0]))
  const unraised = await it.station.definitions('publish', assets, '--remark', '试')
  assert.equal(unraised.code, 1)
  assert.match(unraised.said, /^matters\/ID-RENEW\.toml version：内容改了，版本号仍是 \d+.*请把 version 改成 \d+/)
  writeFileSync(file, change(text))
})

it.step('published, it is used at the other terminal without a restart', async () => {
  const told = await it.station.definitions('publish', assets, '--remark', '换领加收一份补充证明', '--author', 'A0001')
  assert.equal(told.code, 0, told.said)
  assert.match(told.said, /第 2 版.*换领加收一份补充证明/)
  assert.match(told.said, /新增材料“补充证明”：要求：必须/)
  await office.key('Alt+y')
  await office.region('定义版本').getByText('第 2 版').waitFor()
  await office.picture('definitions-release')
  await beginBySearch(office, '身份证期满换领')
  await office.region('材料和签名').getByText('补充证明').first().waitFor()
})

it.step('the open case keeps its definition, and tells of the newer one', async () => {
  const newer = counter.region('事项新版本')
  await newer.getByText(/现行第 3 版，这一件按第 2 版办理/).waitFor()
  assert.equal(await counter.region('材料和签名').getByText('补充证明').count(), 0)
  await counter.picture('definitions-newer')
  await counter.key('Alt+v')
  await newer.getByText('新增材料').waitFor()
  await newer.getByText('要求：必须').waitFor()
  await counter.picture('definitions-difference')
  await counter.key('Escape')
  await newer.getByText('新增材料').waitFor({ state: 'hidden' })
  assert.equal(await counter.region('材料和签名').getByText('补充证明').count(), 0, 'looking changes nothing')
})

it.step('moved by the officer, it goes on under the new one with all that was typed', async () => {
  await counter.key('Alt+v')
  await counter.region('事项新版本').getByText('新增材料').waitFor()
  await counter.key('Alt+n')
  await counter.region('材料和签名').getByText('补充证明').first().waitFor()
  await until('no newer version', async () => (await counter.region('事项新版本').count()) === 0)
  await holds(field(counter, /./, '联系电话'), '19900000006')
  await counter.picture('definitions-moved')
  await uploaded(counter)
})

it.step('rolled back, new cases take the old text again', async () => {
  const told = await it.station.definitions('rollback', '1', '--author', 'A0001')
  assert.equal(told.code, 0, told.said)
  assert.match(told.said, /第 3 版.*回退到第 1 版/)
  await office.key('Alt+y')
  await office.region('定义版本').getByText('第 3 版').waitFor()
  await beginBySearch(office, '身份证期满换领')
  assert.equal(await office.region('材料和签名').getByText('补充证明').count(), 0)
  const list = await it.station.definitions('list')
  assert.equal(list.said.trim().split('\n').length, 3, list.said)
})

it.step('the page of the server does the same for an administrator, and for nobody else', async () => {
  const admin = await it.open('admin', `${it.station.server()}/admin`)
  const enter = async (officer) => {
    await admin.page.getByLabel('账号').fill(officer)
    await admin.page.getByLabel('密码').fill(`jiangcheng-${officer}`)
    await admin.button('登录').click()
  }
  await enter('A0001')
  await admin.sees('第 3 版（现行）')
  const file = join(assets, 'matters/ID-RENEW.toml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('补充证明', '别的证明'))
  await admin.page.locator('#files').setInputFiles(assets)
  await admin.button('检查').click()
  const result = admin.page.getByRole('log', { name: '检查结果' })
  await result.getByText(/^matters\/ID-RENEW\.toml version：内容改了/).waitFor()
  await admin.picture('definitions-admin-broken')
  writeFileSync(file, text.replace('补充证明', '别的证明').replace(/^version = (\d+)$/m, (_, version) => `version = ${Number(version) + 1}`))
  await admin.page.locator('#files').setInputFiles(assets)
  await admin.button('检查').click()
  await result.getByText('新增材料“别的证明”').waitFor()
  assert.equal(await admin.page.getByText('第 4 版（现行）').count(), 0, 'checking publishes nothing')
  await admin.page.getByLabel('发布说明').fill('改了名称 <b>')
  await admin.button('发布', { exact: true }).click()
  await admin.sees('第 4 版（现行）')
  await admin.sees('改了名称 <b>')
  await admin.picture('definitions-admin')
  await office.key('Alt+y')
  await office.region('定义版本').getByText('第 4 版').waitFor()
})
