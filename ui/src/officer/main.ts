import { createApp } from 'vue'
import '@/design'
import { fail } from '@/app/messages'
import { connect } from '@/rpc'
import OfficerWindow from './OfficerWindow.vue'

connect('officer')
const app = createApp(OfficerWindow)
// What no screen has caught: the window lives on and says so.
app.config.errorHandler = (thrown) => { fail(thrown) }
app.mount('#window')
