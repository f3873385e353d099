/** The officer window on a double of the terminal: screens with data, no program behind them. Never part of a build. */
import { createApp } from 'vue'
import '@/design'
import { setContrast } from '@/design'
import { fail } from '@/app/messages'
import { go } from '@/app/view'
import type { Route } from '@/app/routes'
import OfficerWindow from '@/officer/OfficerWindow.vue'
import { connect } from '@/rpc'
import { Double } from './double'

const query = new URLSearchParams(location.search)
connect('officer', new Double(query.get('state') ?? 'work'))
const wanted = query.get('route')
if (wanted) go(JSON.parse(wanted) as Route)
const app = createApp(OfficerWindow)
app.config.errorHandler = (thrown) => { console.error(thrown); fail(thrown) }
app.mount('#window')
if (query.get('contrast') === 'high') setTimeout(() => setContrast('high'), 50)
