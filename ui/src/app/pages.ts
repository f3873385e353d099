import { defineComponent, h, type Component } from 'vue'
import type { PageName } from './routes'

/** Every screen of the window, by the name of its file. */
const screens = import.meta.glob<{ default: Component }>('../screens/*/*Screen.vue', { eager: true })

const fileOf: Record<PageName, string> = {
  desk: 'desk/DeskScreen', matters: 'matters/MattersScreen', intake: 'intake/IntakeScreen', parked: 'parked/ParkedScreen',
  settings: 'settings/SettingsScreen', scan: 'scan/ScanScreen', cases: 'cases/CasesScreen', case: 'cases/CaseScreen',
  review: 'review/ReviewScreen', print: 'print/PrintScreen', collect: 'collect/CollectScreen', sync: 'sync/SyncScreen',
  devices: 'devices/DevicesScreen', consult: 'consult/ConsultScreen', packages: 'packages/PackagesScreen',
  package: 'packages/PackageScreen', daysheet: 'daysheet/DaySheetScreen', batch: 'batch/BatchScreen', mend: 'mend/MendScreen',
}

const absent = defineComponent({ render: () => h('p', { class: 'absent' }, '这个版本没有这一页。') })

export const pageComponent = (page: PageName): Component => screens[`../screens/${fileOf[page]}.vue`]?.default ?? absent
