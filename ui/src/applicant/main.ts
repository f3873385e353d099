import { createApp } from 'vue'
import '@/design'
import ApplicantWindow from './ApplicantWindow.vue'

createApp(ApplicantWindow).mount('#window')
