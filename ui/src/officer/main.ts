import { createApp } from 'vue'
import '@/design'
import OfficerWindow from './OfficerWindow.vue'

createApp(OfficerWindow).mount('#window')
