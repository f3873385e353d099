'use strict'
// Reads the chosen folder here and sends its texts: nothing is packed, nothing is unpacked.
const folder = document.getElementById('folder')
if (folder) {
  const parts = ['calendar', 'codes', 'flows', 'forms', 'matters', 'papersets']
  const result = document.getElementById('result')
  const buttons = folder.querySelectorAll('button')
  folder.addEventListener('submit', (event) => event.preventDefault())

  const tell = (good, lines) => {
    result.className = good ? '' : 'stop'
    result.replaceChildren(...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line })))
  }

  async function send(path) {
    const chosen = Array.from(document.getElementById('files').files)
      .filter((file) => file.name.endsWith('.toml') && parts.includes(file.webkitRelativePath.split('/').at(-2)))
    if (chosen.length === 0) { tell(false, ['请先选择定义文件夹，里面要有 matters 等子文件夹。']); return }
    for (const button of buttons) button.disabled = true
    tell(true, ['正在检查…'])
    try {
      // A file that changed after the folder was chosen is not given out any more.
      const texts = chosen.map(async (file) => [file.webkitRelativePath, await file.text()])
      const files = await Promise.all(texts).catch(() => null)
      if (!files) { tell(false, ['文件夹选好以后里面的文件又改过，请重新选择文件夹。']); return }
      const answer = await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-token': folder.dataset.token },
        body: JSON.stringify({ remark: document.getElementById('remark').value, files }),
      })
      const told = await answer.json()
      tell(told.good, told.lines)
      if (told.good && path.endsWith('publish')) setTimeout(() => location.reload(), 1500)
    } catch {
      tell(false, ['没有送到服务端，请检查后再试。'])
    } finally {
      for (const button of buttons) button.disabled = false
    }
  }
  document.getElementById('check').addEventListener('click', () => { void send('/admin/check') })
  document.getElementById('publish').addEventListener('click', () => { void send('/admin/publish') })
}
