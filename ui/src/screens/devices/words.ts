/** Devices in the officer's words. */
import type { Connection, DeviceClass, DeviceInfo, DeviceLine } from '@/rpc'

export const classWords: Record<DeviceClass, string> = {
  id_card_reader: '读卡器', scanner: '扫描仪', printer: '打印机', signature_pad: '签字板', fingerprint: '指纹采集器',
  camera: '照相机', document_camera: '高拍仪', evaluation_pad: '评价器', code_scanner: '扫码枪', chip_card_reader: 'IC卡读写器',
  ukey: '密码钥匙', queue_caller: '叫号器', speaker: '语音播报',
}

/** What the test of a device does, on its button. */
export const trialWords: Record<DeviceClass, string> = {
  id_card_reader: '读一张证', scanner: '扫一页', printer: '打测试页', signature_pad: '写几笔', fingerprint: '采一枚',
  camera: '拍一张', document_camera: '拍一张', evaluation_pad: '按一下', code_scanner: '扫一个码', chip_card_reader: '读一张卡',
  ukey: '看一下', queue_caller: '叫测试号', speaker: '播一句',
}

export const attestationWords: Record<DeviceInfo['attestation'], string> = {
  physical: '已登记的实物设备', virtual: '虚拟设备，只用于培训和测试', unattested: '没有登记，所得的数据会标明',
}

const hex = (part: number) => part.toString(16).padStart(4, '0')

export function connectionWords(connection: Connection): string {
  switch (connection.type) {
    case 'serial': return `串口 ${connection.path}`
    case 'usb': return `USB ${hex(connection.vendor)}:${hex(connection.product)}`
    case 'network': return `网络 ${connection.address}`
    case 'system': return connection.name
  }
}

/** What the state means for the work at the counter. */
export function deviceSentence(line: DeviceLine): string {
  if (line.ready) return '可以使用。'
  const way: Partial<Record<DeviceClass, string>> = {
    id_card_reader: '证件号码和姓名可以手工录入。', scanner: '材料可以先收下，设备好了再扫。',
    printer: '件可以照常办，文书等打印机好了再打。', signature_pad: '可以在客屏上直接签名。',
    evaluation_pad: '可以请当事人用手机评价。', code_scanner: '编号可以手工录入。', chip_card_reader: '卡号可以手工录入。',
    queue_caller: '请口头叫号。', speaker: '提示照常显示在屏幕上。',
  }
  return `现在不能用。${way[line.device.class] ?? ''}`
}

/** What kind of device it is, and its name where that does not say so already. */
export function deviceTitle(line: DeviceLine): string {
  const kind = classWords[line.device.class]
  return line.device.name.startsWith(kind) ? line.device.name : `${kind}　${line.device.name}`
}

/** Which driver serves it, with the model and what else the device tells of itself. */
export function modelWords({ model }: DeviceInfo): string {
  const parts = [model.model, model.serial && `序列号 ${model.serial}`, model.firmware && `固件 ${model.firmware}`]
  return parts.filter(Boolean).join('，')
}

export const driverWords = ({ id }: DeviceInfo): string => id.split(':', 1)[0] ?? ''
